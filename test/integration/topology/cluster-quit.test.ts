import { createRedisResilience } from '@redis-resilience/core';
import { startCluster } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';

describe('quit() of a Cluster client', () => {
  it.concurrent('lets the calls before it end, also at nodes that are still being connected to', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    const resilience = createRedisResilience({ cluster: cluster.addresses }, { logger: false });
    try {
      const { client } = resilience;
      await client.set('a', '1');
      const calls = Array.from({ length: 20 }, (_, index) => client.set(`key:${index}`, '1'));
      const answer = client.quit();
      const results = await Promise.allSettled(calls);
      expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
      expect(await answer).toBe('OK');
    } finally {
      await resilience.close({ drainMs: 0 });
    }
  });

  it.concurrent('resolves although a node cannot be reached', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    const resilience = createRedisResilience({ cluster: cluster.addresses }, { logger: false });
    try {
      const { client } = resilience;
      await client.set('a', '1');
      const owner = await cluster.primaryOf('a');
      const other = cluster.nodes.find((node) => node !== owner) ?? owner;
      await other.kill();
      const calls = Array.from({ length: 20 }, (_, index) => client.set(`key:${index}`, '1'));
      const answer = client.quit();
      await Promise.allSettled(calls);
      expect(await answer).toBe('OK');
    } finally {
      await resilience.close({ drainMs: 0 });
    }
  });
});
