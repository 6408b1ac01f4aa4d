import { createRedisResilience, type RedisResilience, type ResilienceOptions } from '@redis-resilience/core';
import { startSentinel, waitFor, type SentinelGroup } from '@redis-resilience/testing';
import type { RedisOptions } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { writeThroughFailover } from '../stage/write-through-failover.ts';

const passwords = { password: 'data', sentinelPassword: 'watch' };

function protectGroup(
  group: SentinelGroup,
  target: RedisOptions,
  options: ResilienceOptions = {},
): RedisResilience {
  const resilience = createRedisResilience(
    { sentinels: group.sentinelAddresses, name: group.name, ...target },
    options,
  );
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  return resilience;
}

it('a failover is followed where sentinels and servers want a password each', async () => {
  await using group = await startSentinel(passwords);
  const resilience = protectGroup(
    group,
    { sentinelPassword: 'watch' },
    { connection: { credentials: () => ({ password: 'data' }) } },
  );
  await resilience.ready({ timeoutMs: 5_000 });
  await writeThroughFailover(group, resilience);
});

it.each([
  ['the password of the sentinels', { password: 'data', sentinelPassword: 'wrong' }],
  ['no password for the sentinels', { password: 'data' }],
  ['the password of the servers', { password: 'wrong', sentinelPassword: 'watch' }],
])('a login that fails is told as such: %s', async (_what, target) => {
  await using group = await startSentinel(passwords);
  const resilience = protectGroup(group, target);
  await waitFor(() => resilience.snapshot().cause?.code === 'auth', { timeoutMs: 5_000 });
  await expect(resilience.client.get('a')).rejects.toMatchObject({ reason: 'auth' });
});
