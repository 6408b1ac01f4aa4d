import { createRedisResilience } from '@redis-resilience/core';
import { startCluster, waitFor, type ClusterGroup, type RedisServer } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { CallLoop } from '../stage/call-loop.ts';

describe('a replica that is read', () => {
  it.concurrent.each(['slave', 'all'] as const)(
    'and hangs costs no read, and is read again when it answers (%s)',
    async (scaleReads) => {
      await using cluster = await startCluster({ nodes: 6 });
      await using used = readFrom(cluster, scaleReads);
      const { client } = used.resilience;
      await used.resilience.ready({ timeoutMs: 5_000 });
      const [replica] = await cluster.replicasOf(await cluster.primaryOf('a'));
      if (replica === undefined) throw new Error('The primary has no replica.');
      const loop = new CallLoop(() => client.get('a'));
      await waitFor(async () => (await readsOf(replica)) > 0, { timeoutMs: 5_000 });
      await replica.freeze();
      await loop.untilAnswered(300);
      replica.thaw();
      const before = await readsOf(replica);
      await waitFor(async () => (await readsOf(replica)) > before + 20, { timeoutMs: 5_000 });
      await loop.finish();

      expect(loop.failures).toEqual([]);
    },
  );
});

function readFrom(cluster: ClusterGroup, scaleReads: 'slave' | 'all') {
  const resilience = createRedisResilience({ cluster: cluster.addresses, options: { scaleReads } });
  return { resilience, [Symbol.asyncDispose]: () => resilience.close({ drainMs: 0 }) };
}

async function readsOf(node: RedisServer): Promise<number> {
  const { cmdstat_get: statistics = '' } = await node.info('commandstats');
  return Number(/calls=(\d+)/.exec(statistics)?.[1] ?? 0);
}
