import { setImmediate as nextTurn } from 'node:timers/promises';
import { createRedisResilience } from '@redis-resilience/core';
import { startCluster, startRedis } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { summaryOf } from '../stage/call-loop.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

describe('an event loop that is blocked', () => {
  it('no deadline fires on an answer that already lies in the socket', async () => {
    await using redis = await startProtectedRedis({ isDirect: true, resilience: { timeoutMs: 200 } });
    const { attempts } = redis.resilience.snapshot();
    await redis.client.set('greeting', 'hello');
    const failures: unknown[] = [];

    for (let round = 0; round < 5; round++) {
      const calls = Array.from({ length: 20 }, () =>
        redis.client.get('greeting').catch((error: unknown) => failures.push(error)),
      );
      // The commands are sent before the event loop is blocked.
      await new Promise((resolve) => setImmediate(resolve));
      block(500);
      await Promise.all(calls);
    }

    expect(failures.map(summaryOf)).toEqual([]);
    expect(redis.resilience.snapshot()).toMatchObject({ status: 'up', attempts });
  });

  it('no outage and no slow server is told', async () => {
    await using redis = await startProtectedRedis({ isDirect: true });
    const outages: unknown[] = [];
    redis.resilience.on('outage', (outage) => outages.push(outage));
    for (let round = 0; round < 5; round++) {
      const calls = Array.from({ length: 20 }, () => redis.client.get('greeting'));
      await new Promise((resolve) => setImmediate(resolve));
      block(300);
      await Promise.all(calls);
    }

    expect(outages).toEqual([]);
    expect(redis.resilience.snapshot().circuit).toEqual({ read: 'closed', write: 'closed' });
  });
});

describe('while the event loop is blocked for longer than a deadline', () => {
  it.each(['execute', 'applyOnce', 'lease', 'ready'] as const)(
    '%s uses the replies that arrived',
    async (verb) => {
      await using redis = await startProtectedRedis({ isDirect: true });
      const { resilience } = redis;
      const limits = { timeoutMs: 200 };
      const calls = {
        execute: () =>
          resilience.execute(async (client) => [await client.incr('n'), await client.incr('n')], limits),
        applyOnce: async () => [await resilience.applyOnce({ id: 'id', ...limits }, 'incr', 'n'), 2],
        lease: () =>
          resilience.lease(async (client) => [await client.incr('n'), await client.incr('n')], limits),
        ready: async () => {
          const other = createRedisResilience(redis.server.url, { logger: false });
          try {
            await other.ready(limits);
          } finally {
            await other.close();
          }
          return [1, 2];
        },
      };
      await redis.client.ping();
      const result = calls[verb]();
      await nextTurn();
      block(500);
      expect(await result).toEqual([1, 2]);
    },
  );

  it('close() reads the replies that arrived before it closes', async () => {
    await using redis = await startProtectedRedis({ isDirect: true });
    await redis.client.ping();
    const call = redis.client.incr('n');
    await nextTurn();
    const closed = redis.resilience.close({ drainMs: 100 });
    block(300);
    expect(await call).toBe(1);
    await closed;
  });
});

describe('a process that starts while its event loop is blocked for most of the time', () => {
  it.each(['one server', 'a Cluster'])('reports no outage of %s, and loses no call', async (kind) => {
    await using servers =
      kind === 'a Cluster' ? await startCluster({ nodes: 3, replicas: 0 }) : await startRedis();
    const target = 'addresses' in servers ? { cluster: servers.addresses } : servers.url;
    const resilience = createRedisResilience(target, { logger: false });
    try {
      const outages: unknown[] = [];
      resilience.on('outage', ({ cause }) => outages.push(cause.code));
      let isOver = false;
      const calls = Array.from({ length: 30 }, (_, index) => resilience.client.incr(`n:${index}`));
      const all = Promise.all(calls).finally(() => {
        isOver = true;
      });
      while (!isOver) {
        block(120);
        await nextTurn();
      }
      expect(await all).toEqual(calls.map(() => 1));
      expect(outages).toEqual([]);
    } finally {
      await resilience.close();
    }
  });

  it('makes one connection, although the host name is resolved late', async () => {
    await using redis = await startRedis();
    const { total_connections_received: before } = await redis.info('stats');
    const rounds = 3;
    for (let round = 0; round < rounds; round++) {
      const resilience = createRedisResilience(`redis://localhost:${redis.port}`, { logger: false });
      let isOver = false;
      const call = resilience.client.incr('n').finally(() => {
        isOver = true;
      });
      while (!isOver) {
        block(120);
        await nextTurn();
      }
      expect(await call).toBe(round + 1);
      await resilience.close();
    }
    const { total_connections_received: after } = await redis.info('stats');
    expect(Number(after) - Number(before)).toBe(rounds);
  });
});

function block(ms: number): void {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt);
}
