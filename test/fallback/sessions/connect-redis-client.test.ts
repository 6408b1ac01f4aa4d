import { createRedisResilience } from '@redis-resilience/core';
import {
  connectRedisClient,
  resilientSessionStore,
  type CallbackStore,
} from '@redis-resilience/fallback/sessions';
import { startCluster, startRedis, type RedisServer } from '@redis-resilience/testing';
import { RedisStore } from 'connect-redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../stage.ts';

async function callsOf(server: RedisServer, command: string): Promise<number> {
  const stats = String(await server.command('INFO', 'commandstats'));
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

const keys = Array.from({ length: 1200 }, (_, index) => `key ${index}`);

describe('the client for connect-redis', () => {
  it('reads and removes many keys with one command for each 500', async () => {
    await using server = await startRedis();
    const client = connectRedisClient(connect(server.url));
    for (const key of ['key 0', 'key 600', 'key 1199']) await client.set(key, key);
    const values = await client.mGet(keys);
    expect(values).toHaveLength(1200);
    expect(values.filter((value) => value !== null)).toEqual(['key 0', 'key 600', 'key 1199']);
    expect(values[600]).toBe('key 600');
    expect(await client.del(keys)).toBe(3);
    expect(await client.get('key 600')).toBeNull();
    expect([await callsOf(server, 'mget'), await callsOf(server, 'del')]).toEqual([3, 3]);
  });

  it('answers for no keys without asking the server', async () => {
    await using server = await startRedis();
    const client = connectRedisClient(connect(server.url));
    expect(await client.mGet([])).toEqual([]);
    expect(await client.del([])).toBe(0);
  });

  it('keeps the keyPrefix of the client', async () => {
    await using server = await startRedis();
    const resilience = createRedisResilience({ host: server.host, port: server.port, keyPrefix: 'app:' });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    const client = connectRedisClient(resilience);
    await client.set('a', '1', { expiration: { type: 'EX', value: 60 } });
    expect(await client.mGet(['a', 'b'])).toEqual(['1', null]);
    expect(await server.command('TTL', 'app:a')).toBeGreaterThan(50);
    expect(await client.del(['a', 'b'])).toBe(1);
  });

  it('reads and removes keys of different slots of a Cluster', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    const resilience = createRedisResilience({ cluster: cluster.addresses });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    await resilience.ready({ timeoutMs: 5_000 });
    const client = connectRedisClient(resilience);
    for (const key of ['a', 'b', 'c', 'd']) await client.set(key, key);
    expect(await client.mGet(['d', 'a', 'nothing', 'c', 'b'])).toEqual(['d', 'a', null, 'c', 'b']);
    expect(await client.del(['a', 'b', 'c', 'd'])).toBe(4);
  });
});

it('a store of connect-redis with a client of ioredis says which client to give', async () => {
  await using server = await startRedis();
  const resilience = connect(server.url);
  await resilience.ready({ timeoutMs: 5_000 });
  const store = new RedisStore({ client: resilience.client as never });
  const { set } = promisified(resilientSessionStore(store as CallbackStore, resilience, { listen: false }));
  const session = { cookie: { maxAge: 60_000 } };
  await expect(set('anna', session)).rejects.toThrow(
    'Write new RedisStore({ client: connectRedisClient(resilience) }).',
  );
  const right = new RedisStore({ client: connectRedisClient(resilience) });
  const kept = promisified(resilientSessionStore(right as CallbackStore, resilience, { listen: false }));
  await expect(kept.set('anna', session)).resolves.toBeUndefined();
});

function promisified(store: CallbackStore) {
  return {
    set: (sid: string, session: object) =>
      new Promise<void>((resolve, reject) => {
        store.set(sid, session, (error) => (error ? reject(error) : resolve()));
      }),
  };
}
