import { createRedisResilience, type RedisResilience, type ResilienceOptions } from '@redis-resilience/core';
import { keySlot } from '@redis-resilience/core/protocol';
import { startCluster, waitFor, type ClusterGroup, type RedisServer } from '@redis-resilience/testing';
import type { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf } from '../stage/outcome-of.ts';

describe('leased connections of a Cluster', () => {
  let group: ClusterGroup;
  const ownerOf = async (key: string): Promise<number> => (await group.primaryOf(key)).port;

  beforeAll(async () => {
    group = await startCluster();
  }, 60_000);
  afterAll(() => group.stop());

  async function protectedCluster(
    options: ResilienceOptions = {},
    keyPrefix = '',
  ): Promise<RedisResilience<Cluster>> {
    const nodes = group.nodes.map(({ host, port }) => ({ host, port }));
    const target = { cluster: nodes, options: { keyPrefix } };
    const resilience = createRedisResilience(target, { logger: false, ...options });
    await resilience.ready({ timeoutMs: 10_000 });
    return resilience;
  }

  it("lead to the node of their key, with the prefix of the client, and are nobody else's", async () => {
    const resilience = await protectedCluster({}, 'shop:');
    for (const key of ['a', 'b', 'c', '{tag}:d']) {
      await resilience.lease((client) => client.set(key, key), { key });
      expect(await resilience.client.get(key)).toBe(key);
      const port = await resilience.lease((client) => portOf(client), { key });
      expect(port).toBe(await ownerOf(`shop:${key}`));
    }
    const popped = resilience.lease((client) => client.blpop('jobs', 5), { key: 'jobs' });
    await waitFor(() => resilience.detail().pool.active === 1);
    await resilience.client.rpush('jobs', 'first');
    expect(await popped).toEqual(['shop:jobs', 'first']);
    expect(resilience.detail().pool).toMatchObject({ active: 0, waiting: 0 });
    await resilience.close();
  });

  it('never lose an update of transactions', async () => {
    const resilience = await protectedCluster();
    const keys = ['{accounts}:left', '{accounts}:right'] as const;
    await resilience.client.mset(keys[0], 0, keys[1], 0);
    const transfer = (): Promise<unknown> =>
      resilience.transaction(
        keys,
        async (tx) => {
          const [left, right] = (await tx.mget(...keys)).map(Number);
          await tx.commit((multi) => [multi.mset(keys[0], left! + 1, keys[1], right! - 1)]);
        },
        { timeoutMs: 20_000, attempts: 1_000 },
      );
    await Promise.all(Array.from({ length: 20 }, transfer));

    expect(await resilience.client.mget(...keys)).toEqual(['20', '-20']);
    await resilience.close();
  });

  it('need a key, and the keys of a transaction one slot', async () => {
    const resilience = await protectedCluster();
    const unkeyed = await errorOf(resilience.lease((client) => client.ping()));
    const spread = await errorOf(resilience.transaction(['a', 'b'], (tx) => tx.get('a')));
    await resilience.close();

    expect(String(unkeyed)).toMatch(/ConfigurationError: On a Cluster, lease\(\) needs a key/);
    expect(String(spread)).toMatch(/ConfigurationError: .* hash tag/);
  });

  it('say so when their work uses a key of a slot that another node serves', async () => {
    const resilience = await protectedCluster();
    const keys = Array.from({ length: 50 }, (_, index) => `key:${index}`);
    const ports = await Promise.all(keys.map(ownerOf));
    const [own] = keys as [string];
    const other = keys[ports.findIndex((port) => port !== ports[0])] as string;
    const leased = resilience.lease((client) => client.set(other, '1'), { key: own });
    expect(await errorOf(leased)).toMatchObject({
      code: 'CONFIGURATION',
      outcome: 'not-applied',
      message: expect.stringMatching(/another slot/),
    });
    const transacted = resilience.transaction([own], (tx) => tx.commit((multi) => [multi.set(other, '1')]));
    expect(await errorOf(transacted)).toMatchObject({ code: 'CONFIGURATION', outcome: 'not-applied' });
    expect(await resilience.client.get(other)).toBeNull();
    await resilience.close();
  });

  it('follow a slot that moves, and a failover: a transaction goes on with the new node', async () => {
    const resilience = await protectedCluster();
    const key = 'moving';
    await resilience.transaction([key], (tx) => tx.commit((multi) => [multi.set(key, 1)]));
    const before = await ownerOf(key);
    const primaries = new Set(
      await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((each) => group.primaryOf(each))),
    );
    const source = await group.primaryOf(key);
    const target = group.nodes.find((node) => node !== source && primaries.has(node)) as RedisServer;
    await group.migrateSlot(keySlot(key), target);
    const [count] = await resilience.transaction([key], (tx) => tx.commit((multi) => [multi.incr(key)]));
    const port = await resilience.lease((client) => portOf(client), { key });
    const promoted = await group.failover(await group.primaryOf(key));
    const [last] = await resilience.transaction([key], (tx) => tx.commit((multi) => [multi.incr(key)]));
    const after = await resilience.lease((client) => portOf(client), { key });
    await resilience.close();

    expect([count, last]).toEqual([2, 3]);
    expect(port).toBe(target.port);
    expect(port).not.toBe(before);
    expect(after).toBe(promoted.port);
  });
});

/** Returns the port of the node to which a connection is connected. */
async function portOf(client: Redis): Promise<number> {
  return Number(/^tcp_port:(\d+)/m.exec(await client.info('server'))?.[1]);
}
