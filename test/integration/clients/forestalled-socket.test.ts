import { protect } from '@redis-resilience/core';
import { startRedis, type RedisServer } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';

async function connectionsReceived(server: RedisServer): Promise<number> {
  const info = String(await server.command('INFO', 'stats'));
  return Number(/total_connections_received:(\d+)/.exec(info)?.[1]);
}

it('a client that is protected in the turn in which it was made opens one connection', async () => {
  await using server = await startRedis();
  const before = await connectionsReceived(server);
  const client = new Redis({ host: server.host, port: server.port });
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  const early = client.set('greeting', 'hello');
  const resilience = protect(client, { logger: false });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  expect(await Promise.all([early, client.get('greeting')])).toEqual(['OK', 'hello']);
  expect([(await connectionsReceived(server)) - before, errors]).toEqual([1, []]);
});

it('connect() of a client that is protected in the same turn succeeds', async () => {
  await using server = await startRedis();
  const client = new Redis({ host: server.host, port: server.port, lazyConnect: true });
  const connected = client.connect();
  const resilience = protect(client, { logger: false });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  await connected;
  expect(await client.ping()).toBe('PONG');
});

it('a client that is protected, closed and connected in one turn reports no error', async () => {
  await using server = await startRedis();
  const client = new Redis({ host: server.host, port: server.port });
  const errors: unknown[] = [];
  client.on('error', (error) => errors.push(error));
  const resilience = protect(client, { logger: false });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  client.disconnect();
  await client.connect();
  expect(await client.ping()).toBe('PONG');
  expect(errors).toEqual([]);
});
