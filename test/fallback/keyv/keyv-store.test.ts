import { createRedisResilience } from '@redis-resilience/core';
import { createKeyvStore } from '@redis-resilience/fallback/keyv';
import { startCluster, startRedis } from '@redis-resilience/testing';
import { Keyv } from 'keyv';
import { Keyv as Keyv6 } from 'keyv-6';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bringBack, stage, takeDown } from '../stage.ts';

describe('a Keyv on a protected connection', () => {
  it('reads, writes and deletes one value and many', async () => {
    const { resilience } = await stage();
    const keyv = new Keyv({ store: createKeyvStore(resilience), namespace: 'shop' });
    await keyv.set('ada', { cart: 1 });
    await keyv.setMany([
      { key: 'bob', value: { cart: 2 } },
      { key: 'cleo', value: { cart: 3 }, ttl: 60_000 },
    ]);
    expect(await keyv.getMany(['ada', 'bob', 'cleo', 'nobody'])).toEqual([
      { cart: 1 },
      { cart: 2 },
      { cart: 3 },
      undefined,
    ]);
    expect([await keyv.has('ada'), await keyv.has('nobody')]).toEqual([true, false]);
    await keyv.delete('ada');
    await keyv.deleteMany(['bob', 'nobody']);
    expect(await keyv.getMany(['ada', 'bob', 'cleo'])).toEqual([undefined, undefined, { cart: 3 }]);
    await keyv.disconnect();
  });

  it.each([
    { keyPrefix: '', prefix: '', namespace: 'shop' },
    { keyPrefix: '', prefix: 'cache[1]:', namespace: undefined },
    { keyPrefix: 'app*:', prefix: 'cache:', namespace: 'shop' },
  ])('clears only its own keys: %o', async ({ keyPrefix, prefix, namespace }) => {
    await using server = await startRedis();
    const resilience = createRedisResilience({ host: server.host, port: server.port, keyPrefix });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    const keyv = new Keyv({ store: createKeyvStore(resilience, { prefix }), throwOnErrors: true });
    keyv.namespace = namespace;
    const strangers = ['shoe:1', 'cache1:a', 'application:cache:shop:a', 'queue:jobs'];
    for (const stranger of strangers) await server.command('SET', stranger, 'theirs');
    for (let index = 0; index < 30; index++) await keyv.set(`key ${index}`, index);
    await keyv.clear();

    expect(await keyv.get('key 7')).toBe(undefined);
    for (const stranger of strangers) expect(await server.command('GET', stranger)).toBe('theirs');
  });

  it.each([
    ['Keyv 5', Keyv],
    ['Keyv 6', Keyv6 as never as typeof Keyv],
  ])(
    '%s: values without a ttl stay, deletes say what was there, and a clear leaves nothing',
    async (_name, K) => {
      const { resilience, server } = await stage();
      const keyv = new K({ store: createKeyvStore(resilience, { prefix: 'p:' }), namespace: 'shop' });
      await keyv.set('ada', 1);
      await keyv.set('bob', 2, 60_000);
      await server.command('SET', 'p:shoe:1', 'theirs');
      expect(Number(await server.command('PTTL', 'p:shop:ada'))).toBeGreaterThan(1e12);
      expect(Number(await server.command('PTTL', 'p:shop:bob'))).toBeLessThanOrEqual(60_000);
      expect([await keyv.delete('bob'), await keyv.delete('bob'), await keyv.has('bob')]).toEqual([
        true,
        false,
        false,
      ]);
      const entries: unknown[] = [];
      for await (const entry of keyv.iterator?.('shop') ?? []) entries.push(entry);
      expect(entries).toEqual([['ada', 1]]);
      await keyv.clear();
      expect(await server.command('KEYS', '*')).toEqual(['p:shoe:1']);
    },
  );

  it('finds through Keyv 6 what was stored through Keyv 5', async () => {
    const { resilience } = await stage();
    await new Keyv({ store: createKeyvStore(resilience), namespace: 'shop' }).set('ada', { cart: 1 });
    const keyv = new Keyv6({ store: createKeyvStore(resilience) as never, namespace: 'shop' });
    expect(await keyv.get('ada')).toEqual({ cart: 1 });
  });

  it('refuses to clear a whole database', async () => {
    const { resilience, server } = await stage();
    const store = createKeyvStore(resilience);
    await server.command('SET', 'queue:jobs', 'theirs');
    await expect(store.clear()).rejects.toThrow(/every key of the database/);
    expect(await server.command('GET', 'queue:jobs')).toBe('theirs');
  });

  it('says that it cannot clear while Redis is away, and deletes once it is back', async () => {
    const here = await stage();
    const keyv = new Keyv({
      store: createKeyvStore(here.resilience),
      namespace: 'shop',
      throwOnErrors: true,
    });
    await keyv.set('ada', 1);
    await keyv.set('bob', 2);
    await takeDown(here);
    await expect(keyv.clear()).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    await keyv.delete('ada');
    expect([await keyv.get('ada'), await keyv.get('bob')]).toEqual([undefined, 2]);
    await bringBack(here);
    expect(await keyv.get('ada')).toBe(undefined);
  });

  it('clears every node of a Cluster', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    const resilience = createRedisResilience({ cluster: cluster.addresses });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    await resilience.ready({ timeoutMs: 5_000 });
    const keyv = new Keyv({ store: createKeyvStore(resilience), namespace: 'shop', throwOnErrors: true });
    const keys = Array.from({ length: 12 }, (_, index) => `key ${index}`);
    for (const key of keys) await keyv.set(key, key);
    await keyv.clear();
    expect(await keyv.getMany(keys)).toEqual(keys.map(() => undefined));
  });
});
