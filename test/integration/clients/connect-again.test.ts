import { setTimeout as pause } from 'node:timers/promises';
import { createRedisResilience, protect } from '@redis-resilience/core';
import { startRedis, type RedisServer } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';

/** Calls `connect()` until it succeeds, and returns how often it was called. */
async function connectAtLast(client: Redis, pauseMs: number): Promise<number> {
  for (let calls = 1; ; calls++) {
    try {
      await client.connect();
      return calls;
    } catch (error) {
      if (calls === 100) throw error;
      await pause(pauseMs);
    }
  }
}

function lazyClient({ host, port }: RedisServer): Redis {
  const resilience = createRedisResilience({ host, port, lazyConnect: true }, { logger: false });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  return resilience.client;
}

it('a caller that calls connect() until it succeeds comes to an end', async () => {
  await using server = await startRedis();
  await server.kill();
  const client = lazyClient(server);
  const connected = connectAtLast(client, 20);
  await pause(300);
  await server.restart();
  expect(await connected).toBeGreaterThan(1);
  expect(await client.ping()).toBe('PONG');
  await expect(client.connect()).rejects.toThrow('Redis is already connecting/connected');
});

it('connect() succeeds if the client has connected since the last call failed', async () => {
  await using server = await startRedis();
  await server.kill();
  const client = lazyClient(server);
  await expect(client.connect()).rejects.toThrow('ECONNREFUSED');
  await server.restart();
  await expect.poll(() => client.status).toBe('ready');
  await client.connect();
  await expect(client.connect()).rejects.toThrow('Redis is already connecting/connected');
});

it('connect() in an outage settles with the outcome of an attempt', async () => {
  await using server = await startRedis();
  const client = lazyClient(server);
  await client.connect();
  await server.kill();
  await expect.poll(() => client.status).not.toBe('ready');
  await expect(client.connect()).rejects.toThrow('ECONNREFUSED');
  await server.restart();
  await connectAtLast(client, 20);
  expect(await client.ping()).toBe('PONG');
});

it.each(['disconnect', 'quit'] as const)(
  'a client that is protected while it connects works after %s() and connect()',
  async (method) => {
    await using server = await startRedis();
    const client = new Redis({ host: server.host, port: server.port });
    const resilience = protect(client, { logger: false });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    await client[method]();
    await client.connect();
    expect(await client.ping()).toBe('PONG');
    expect(resilience.snapshot()).toMatchObject({ status: 'up', connection: 'ready' });
  },
);
