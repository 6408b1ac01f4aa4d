import { createRedisResilience, isRedisResilienceError } from '@redis-resilience/core';
import { startCluster } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../stage/outcome-of.ts';

describe('while a slot of a Cluster is half-migrated', () => {
  it.concurrent.each(['del', 'mget', 'mset'] as const)(
    'a call for keys of both nodes (%s) that only ever got TRYAGAIN has not run',
    async (name) => {
      await using cluster = await startCluster({ nodes: 3, replicas: 0 });
      // The driver waits 500 ms before it sends the command again, so the deadline passes while it waits.
      const options = { retryDelayOnTryAgain: 500 };
      const resilience = createRedisResilience(
        { cluster: cluster.addresses, options },
        { logger: false, timeoutMs: 700 },
      );
      try {
        const { client } = resilience;
        await client.mset('{shop}:a', '1', '{shop}:b', '1');
        const source = await cluster.primaryOf('{shop}');
        const target = cluster.nodes.find((node) => node !== source) ?? source;
        const migration = await cluster.startSlotMigration(cluster.keySlot('{shop}'), target);
        await migration.moveKeys(1);
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
});
