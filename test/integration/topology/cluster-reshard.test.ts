import { createRedisResilience, isRedisResilienceError } from '@redis-resilience/core';
import { startCluster, type ClusterGroup } from '@redis-resilience/testing';
import type { ChainableCommander, Cluster } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorOf, outcomeOf } from '../stage/outcome-of.ts';

/** Writes two keys of one slot, and begins to move the slot to another node: one of the keys is already there. */
async function halfMigrate(cluster: ClusterGroup, client: Cluster) {
  await client.mset('{shop}:a', '1', '{shop}:b', '1');
  const source = await cluster.primaryOf('{shop}');
  const target = cluster.nodes.find((node) => node !== source) ?? source;
  const migration = await cluster.startSlotMigration(cluster.keySlot('{shop}'), target);
  await migration.moveKeys(1);
  return { migration, source };
}

/** A client of a Cluster, one of whose slots is half-migrated; both end with the test. */
async function stage(timeoutMs = 2_000) {
  const cluster = await startCluster({ nodes: 3, replicas: 0 });
  onTestFinished(() => cluster.stop());
  const resilience = createRedisResilience({ cluster: cluster.addresses }, { logger: false, timeoutMs });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  const { client } = resilience;
  const { migration, source } = await halfMigrate(cluster, client);
  const stays = (await source.command('GET', '{shop}:a').catch(() => null)) === '1' ? 'a' : 'b';
  const keys = { stays: `{shop}:${stays}`, moved: `{shop}:${stays === 'a' ? 'b' : 'a'}` };
  return { resilience, client, migration, keys };
}

describe('while a slot of a Cluster is half-migrated', () => {
  it.concurrent.each(['del', 'mget', 'mset'] as const)(
    'a call for keys of both nodes (%s) that only ever got TRYAGAIN has not run',
    async (name) => {
      await using cluster = await startCluster({ nodes: 3, replicas: 0 });
      // The driver waits 2 s before it sends the command again, so the deadline passes while it waits.
      const options = { retryDelayOnTryAgain: 2_000 };
      const resilience = createRedisResilience(
        { cluster: cluster.addresses, options },
        { logger: false, timeoutMs: 700 },
      );
      try {
        const { client } = resilience;
        const { migration } = await halfMigrate(cluster, client);
        const args = name === 'mset' ? ['{shop}:a', '2', '{shop}:b', '2'] : ['{shop}:a', '{shop}:b'];
        const outcome = await outcomeOf(client.call(name, ...args));
        const error = outcome.kind === 'rejected' ? outcome.error : undefined;
        expect(isRedisResilienceError(error) && error.outcome).toBe('not-applied');
        await migration.finish();
        expect(await client.mget('{shop}:a', '{shop}:b')).toEqual(['1', '1']);
      } finally {
        await resilience.close({ drainMs: 0 });
      }
    },
  );

  const chains: Readonly<Record<string, (chain: ChainableCommander) => ChainableCommander>> = {
    'one key of each node': (chain) => chain.set('{shop}:a', '2').set('{shop}:b', '2'),
    'both keys in one command': (chain) => chain.mset('{shop}:a', '2', '{shop}:b', '2'),
    'a command for one key, then one for both': (chain) =>
      chain.set('{shop}:a', '2').mset('{shop}:a', '2', '{shop}:b', '2'),
  };

  it('a MULTI for keys of both nodes has not run, and a fallback takes its place', async () => {
    const { resilience, client, migration } = await stage(500);
    for (const [name, chain] of Object.entries(chains)) {
      const send = (from: Cluster): Promise<unknown> => chain(from.multi()).exec();
      const outcome = await outcomeOf(send(client));
      const error = outcome.kind === 'rejected' ? outcome.error : undefined;
      expect({ name, error }).toMatchObject({ name, error: { outcome: 'not-applied' } });
      expect({ name, cause: String((error as Error).cause) }).toMatchObject({
        name,
        cause: expect.stringMatching(/EXECABORT|TRYAGAIN|ASK/) as string,
      });
      const options = { fallback: () => 'fallback', timeoutMs: 2_000 };
      expect(await resilience.execute((from) => send(from), options)).toBe('fallback');
    }
    await migration.finish();
    expect(await client.mget('{shop}:a', '{shop}:b')).toEqual(['1', '1']);
  });

  it('a MULTI and a pipeline wait until the slot has moved', async () => {
    const { client, migration } = await stage();
    const both = ['{shop}:a', '{shop}:b'] as const;
    const calls = [
      client
        .multi()
        .mget(...both)
        .exec(),
      client.multi().get(both[0]).get(both[1]).exec(),
      client
        .pipeline()
        .mget(...both)
        .exec(),
    ];
    await migration.finish();
    expect(await Promise.all(calls)).toEqual([
      [[null, ['1', '1']]],
      [
        [null, '1'],
        [null, '1'],
      ],
      [[null, ['1', '1']]],
    ]);
  });

  it('a pipeline reads and writes each key at the node that has it', async () => {
    const { client, keys } = await stage();
    const reads = client.pipeline().get(keys.stays).get(keys.moved).get(keys.stays).exec();
    expect(await reads).toEqual([
      [null, '1'],
      [null, '1'],
      [null, '1'],
    ]);
    const writes = client.pipeline().incr(keys.stays).incr(keys.moved).ping().incr(keys.moved).exec();
    expect(await writes).toEqual([
      [null, 2],
      [null, 2],
      [null, 'PONG'],
      [null, 3],
    ]);
  });

  it('each command of a pipeline has the outcome that the server gave it', async () => {
    const { client, keys } = await stage();
    const replies = await client.pipeline().incr(keys.stays).mset(keys.stays, '9', keys.moved, '9').exec();
    expect(replies).toMatchObject([
      [null, 2],
      [{ code: 'REDIS_UNAVAILABLE', outcome: 'not-applied', reason: 'cluster-down' }],
    ]);
  });

  it('a pipeline to several slots finds those that have moved', async () => {
    const { client, migration } = await stage();
    await migration.finish();
    const source = await client.pipeline().incr('{shop}:a').ping().incr('{shop}:b').exec();
    expect(source).toEqual([
      [null, 2],
      [null, 'PONG'],
      [null, 2],
    ]);
  });
});

it('calls for a slot that its node gives away and nobody takes fail with a reason, and then go on', async () => {
  await using cluster = await startCluster({ nodes: 3, replicas: 0 });
  const resilience = createRedisResilience({ cluster: cluster.addresses }, { logger: false, timeoutMs: 400 });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  const { client } = resilience;
  await client.get('a');
  const source = await cluster.primaryOf('a');
  const target = cluster.nodes.find((node) => node !== source) ?? source;
  const slot = cluster.keySlot('a');
  // The target was not told to import the slot, so it sends clients back to the source.
  await source.command(
    'CLUSTER',
    'SETSLOT',
    slot,
    'MIGRATING',
    String(await target.command('CLUSTER', 'MYID')),
  );
  const errors = await Promise.all(Array.from({ length: 50 }, () => errorOf(client.get('a'))));
  await source.command('CLUSTER', 'SETSLOT', slot, 'STABLE');

  // A call that is on its way between the nodes when its deadline passes is only known to be late.
  expect(errors.filter((error) => !isRedisResilienceError(error))).toEqual([]);
  for (const { reason } of errors.filter(isRedisResilienceError))
    expect(['cluster-down', 'slow']).toContain(reason);
  expect(await client.set('a', '1')).toBe('OK');
});
