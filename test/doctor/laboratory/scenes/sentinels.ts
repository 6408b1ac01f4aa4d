import { startSentinel, waitFor } from '@redis-resilience/testing';
import type { Laboratory } from '../laboratory.ts';

/** Conditions of a group with Sentinel that loses its members one after the other. */
export async function sentinels(laboratory: Laboratory): Promise<void> {
  await using group = await startSentinel({ replicas: 1, password: 'pw-data', sentinelPassword: 'pw-watch' });
  const target = {
    sentinels: group.sentinelAddresses,
    name: group.name,
    password: 'pw-data',
    sentinelPassword: 'pw-watch',
  };
  await laboratory.check('healthy, through Sentinel', { code: 'healthy' }, target);
  const one = `redis://:pw-watch@127.0.0.1:${group.sentinels[0]?.port}`;
  await laboratory.check('a Sentinel in the place of a Redis', { code: 'protocol', words: /Sentinel/ }, one);
  await laboratory.check(
    'Sentinel does not know the name',
    { code: 'sentinel-unknown-primary', words: /mymaster/ },
    { ...target, name: 'other' },
  );
  const { sentinelPassword: _, ...open } = target;
  await laboratory.check('Sentinel asks for a password', { code: 'auth', words: /none was given/ }, open);
  await laboratory.check(
    'the password of the primary is wrong',
    { code: 'auth', words: /wrong/ },
    { ...target, password: 'other' },
  );
  await group.replicas[0]?.kill();
  await laboratory.check(
    'a replica behind Sentinel is away',
    { code: 'connection-refused', severity: 'warning', words: /replica/ },
    target,
  );
  await group.sentinels[1]?.kill();
  await group.sentinels[2]?.kill();
  const hasNoQuorum = async (): Promise<boolean> =>
    (await group.sentinels[0]?.command('SENTINEL', 'CKQUORUM', group.name).then(
      () => false,
      () => true,
    )) ?? false;
  await waitFor(hasNoQuorum, { timeoutMs: 10_000, message: 'the sentinel to miss the others' });
  await laboratory.check(
    'too few sentinels to agree',
    { code: 'sentinel-quorum', severity: 'warning' },
    target,
  );
  await group.primary.kill();
  await laboratory.check(
    'the primary is away, and no failover comes',
    { code: 'connection-refused', words: /primary/ },
    target,
  );
  await group.sentinels[0]?.kill();
  await laboratory.check('no sentinel answers', { code: 'connection-refused', words: /sentinel/ }, target);
}
