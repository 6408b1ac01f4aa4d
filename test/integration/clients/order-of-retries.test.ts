import { createRedisResilience, type RedisResilienceError } from '@redis-resilience/core';
import { freePort, startRedis, waitFor } from '@redis-resilience/testing';
import type { Redis } from 'ioredis';
import { setImmediate as written } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startProtectedRedis } from '../stage/protected-redis.ts';
import { newestProtocol } from '../stage/supported-protocols.ts';

/** Ways in which a socket stops accepting commands before the client gets its `close` event. */
const endings: readonly [string, (client: Redis) => unknown][] = [
  ['disconnect(true)', (client) => client.disconnect(true)],
  ['a socket that breaks', (client) => client.stream.destroy()],
];

describe.each(endings)('calls that were issued right after %s', (_, end) => {
  it('are sent after those that were lost with the connection', async () => {
    await using redis = await startProtectedRedis();
    const { client, resilience, server, proxy } = redis;
    proxy.blackhole({ existing: true, incoming: false });
    const calls = [client.set('key', 'first')];
    await written();
    end(client);
    calls.push(
      resilience.execute((own) => own.set('key', 'second')),
      client.set('other', 'first'),
      resilience.execute((own) => own.set('other', 'second')),
    );

    expect(await Promise.all(calls)).toEqual(['OK', 'OK', 'OK', 'OK']);
    expect(await server.command('MGET', 'key', 'other')).toEqual(['second', 'second']);
  });

  // With RESP2, a subscribed connection takes no other commands.
  it.runIf(newestProtocol === 3)('end a subscription that was lost with the connection', async () => {
    await using redis = await startProtectedRedis();
    const { client, server, proxy } = redis;
    proxy.blackhole({ existing: true, incoming: false });
    const calls: Promise<unknown>[] = [client.set('key', 'first'), client.subscribe('news')];
    await written();
    end(client);
    calls.push(client.set('key', 'second'), client.unsubscribe('news'));

    expect(await Promise.all(calls)).toEqual(['OK', 1, 'OK', 0]);
    expect(await server.command('GET', 'key')).toBe('second');
    expect(await server.command('PUBSUB', 'CHANNELS')).toEqual([]);
  });

  it('run in the database that was selected when they were issued', async () => {
    await using redis = await startProtectedRedis();
    const { client, server, proxy } = redis;
    proxy.blackhole({ existing: true, incoming: false });
    const calls: Promise<unknown>[] = [client.set('zero', ''), client.select(3), client.set('three', '')];
    await written();
    end(client);
    calls.push(client.select(4), client.set('four', ''), client.pipeline().select(5).set('five', '').exec());
    calls.push(client.set('five too', ''));
    await Promise.all(calls);

    const keys: unknown[] = [];
    for (const database of [0, 3, 4, 5]) {
      await server.command('SELECT', `${database}`);
      keys.push([...((await server.command('KEYS', '*')) as string[])].toSorted());
    }
    await server.command('SELECT', '0');
    expect(keys).toEqual([['zero'], ['three'], ['four'], ['five', 'five too']]);
    expect(await client.dbsize()).toBe(2);
  });
});

it('what a lost pipeline and a lost counter were sent to stays selected for what follows them', async () => {
  await using redis = await startProtectedRedis();
  const { client, server, proxy } = redis;
  proxy.blackhole({ existing: true, incoming: false });
  const lost = client.pipeline().select(5).incr('count').exec();
  const next = client.set('five', '');
  await written();
  client.stream.destroy();

  expect((await lost)?.map(([error]) => (error as RedisResilienceError | null)?.outcome)).toEqual([
    'unknown',
    'unknown',
  ]);
  expect(await next).toBe('OK');
  expect(await server.command('DBSIZE')).toBe(0);
  expect(await client.dbsize()).toBe(1);
});

it('a database that is selected while Redis is away is selected when it is back', async () => {
  const port = await freePort();
  const resilience = createRedisResilience({ port }, { logger: false });
  await waitFor(() => resilience.snapshot().attempts >= 8);
  const selected = resilience.client.select(3);
  await using server = await startRedis({ port });

  expect(await selected).toBe('OK');
  expect(await resilience.client.set('key', 'value')).toBe('OK');
  expect(await server.command('DBSIZE')).toBe(0);
  await resilience.close();
});
