import { waitFor } from '@redis-resilience/testing';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { pass } from '../stage/call-loop.ts';
import { startProtectedRedis, type ProtectedRedis } from '../stage/protected-redis.ts';

const count = 40;

describe('forty connections of one process', () => {
  it('open no more second connections to a frozen server than one does', async () => {
    await using redis = await startProtectedRedis();
    const clients = await connectAll(redis);
    const before = redis.proxy.accepted;

    await redis.server.freeze();
    const answers = clients.map((client) => client.get('greeting').catch((error: unknown) => error));
    await redis.until('down');
    await pass(1_000);
    const opened = redis.proxy.accepted - before;
    redis.server.thaw();
    await redis.until('up');

    expect(opened).toBeGreaterThan(0);
    // Connections for checks are opened about every 150 ms.
    expect(opened).toBeLessThan(count / 2);
    await Promise.all(answers);
    expect(await Promise.all(clients.map((client) => client.ping()))).toEqual(clients.map(() => 'PONG'));
  });

  it('are all made again when their sockets are dropped in silence, without more attempts than sockets', async () => {
    await using redis = await startProtectedRedis({
      resilience: { timeoutMs: 10_000, admission: { maxWaitMs: 10_000 } },
    });
    const clients = await connectAll(redis);
    const before = redis.proxy.accepted;

    redis.proxy.blackhole({ existing: true });
    const answers = await Promise.all(clients.map((client) => client.get('greeting')));

    expect(answers).toEqual(clients.map(() => null));
    // The connection that was opened for a check replaces a dead one, unless that one has already been dialed again.
    expect(redis.proxy.accepted - before).toBeLessThan(1.5 * count);
  });
});

async function connectAll({ client, resilience }: ProtectedRedis): Promise<readonly Redis[]> {
  const clients = [client, ...Array.from({ length: count - 1 }, () => client.duplicate())];
  // Without a call, which would fail at its deadline on a machine that is too busy to make forty connections in a second.
  await waitFor(() => resilience.detail().readyConnections === count);
  return clients;
}
