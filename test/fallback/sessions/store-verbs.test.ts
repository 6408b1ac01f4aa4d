import {
  connectRedisClient,
  koaSessionStore,
  resilientSessionStore,
} from '@redis-resilience/fallback/sessions';
import { startCluster, waitFor } from '@redis-resilience/testing';
import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { RedisStore } from 'connect-redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bringBack, connect, stage, takeDown } from '../stage.ts';

const session = (user: string) => ({
  user,
  cookie: { expires: new Date(Date.now() + 60_000).toISOString() },
});

/** Creates a resilient store of connect-redis, whose methods return promises. */
function storeOn(resilience: RedisResilience, options: Parameters<typeof resilientSessionStore>[2] = {}) {
  const redis = new RedisStore({ client: connectRedisClient(resilience) as never });
  const store = resilientSessionStore(redis, resilience, options);
  onTestFinished(() => store.kept.close());
  const called = <T>(call: (done: (error: unknown, value?: T) => void) => unknown): Promise<T> =>
    new Promise((resolve, reject) => {
      void call((error, value) => {
        if (error instanceof Error) reject(error);
        else resolve(value as T);
      });
    });
  return {
    kept: store.kept,
    set: (sid: string, user: string) => called<void>((done) => store.set(sid, session(user) as never, done)),
    get: (sid: string) => called<{ user: string } | null>((done) => store.get(sid, done)),
    destroy: (sid: string) => called<void>((done) => store.destroy(sid, done)),
    ids: () => called<string[]>((done) => store.ids(done)),
    length: () => called<number>((done) => store.length(done)),
    all: () => called<{ id: string; user: string }[]>((done) => store.all(done)),
    clear: () => called<void>((done) => store.clear(done)),
  };
}

describe('a store of express-session on connect-redis', () => {
  it.each([undefined, 'shop*:'])(
    'lists the sessions that there are, with keyPrefix %s',
    async (keyPrefix) => {
      const { server } = await stage();
      const resilience = createRedisResilience({
        host: server.host,
        port: server.port,
        ...(keyPrefix === undefined ? {} : { keyPrefix }),
      });
      onTestFinished(() => resilience.close({ drainMs: 0 }));
      // A write that waits for the first connection for too long is kept, and not listed yet.
      await resilience.ready({ timeoutMs: 5_000 });
      const store = storeOn(resilience);
      await server.command('SET', 'sess:stranger', '{"user":"eve"}');
      await server.command('SET', 'shopping:sess:stranger', '{"user":"eve"}');
      if (keyPrefix === undefined) await server.command('DEL', 'sess:stranger');
      for (const user of ['ada', 'bob', 'cleo']) await store.set(user, user);
      await store.destroy('bob');

      expect((await store.ids()).toSorted()).toEqual(['ada', 'cleo']);
      expect(await store.length()).toBe(2);
      const all = await store.all();
      expect(all.map(({ id, user }) => `${id}: ${user}`).toSorted()).toEqual(['ada: ada', 'cleo: cleo']);
    },
  );

  it('signs everybody out with clear(), whatever copies there are', async () => {
    const here = await stage();
    const store = storeOn(here.resilience);
    const elsewhere = storeOn(connect(here.server.url));
    for (const user of ['ada', 'bob']) await store.set(user, user);
    expect(await elsewhere.get('ada')).toMatchObject({ user: 'ada' });
    await store.clear();
    expect(await store.ids()).toEqual([]);
    await waitFor(() => elsewhere.kept.copies === 0);

    await takeDown(here);
    expect([await store.get('ada'), await store.get('bob'), await elsewhere.get('ada')]).toEqual([
      null,
      null,
      null,
    ]);
    await bringBack(here);
    expect(await store.get('ada')).toBeNull();
    expect(await store.length()).toBe(0);
  });

  it('signs out with clear() also a session that has not reached Redis and has no copy', async () => {
    const { server, resilience } = await stage();
    const store = storeOn(resilience, { maxLocalBytes: 0 });
    await server.command('CONFIG', 'SET', 'maxmemory', 1);
    await store.set('ada', 'ada');
    expect(store.kept).toMatchObject({ pending: 1, copies: 0 });
    await store.clear();
    await server.command('CONFIG', 'SET', 'maxmemory', 0);
    await store.kept.drain({ timeoutMs: 10_000 });
    expect(await store.get('ada')).toBeNull();
    await expect(server.command('EXISTS', 'sess:ada')).resolves.toBe(0);
  });

  it('says that it cannot sign everybody out while Redis is away', async () => {
    const here = await stage();
    const store = storeOn(here.resilience);
    await store.set('ada', 'ada');
    await takeDown(here);
    await expect(store.clear()).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    expect(await store.get('ada')).toMatchObject({ user: 'ada' });
  });

  it('lists and clears the sessions of every node of a Cluster', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    const resilience = createRedisResilience({ cluster: cluster.addresses });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    await resilience.ready({ timeoutMs: 5_000 });
    const store = storeOn(resilience);
    const users = Array.from({ length: 12 }, (_, index) => `user ${index}`);
    for (const user of users) await store.set(user, user);
    expect((await store.ids()).toSorted()).toEqual(users.toSorted());
    await store.clear();
    expect(await store.length()).toBe(0);
  });
});

it('koa-session can keep its own store', async () => {
  const { resilience, server } = await stage();
  const inner = koaSessionStore(resilience, { prefix: 'inner:' });
  const outer = koaSessionStore(resilience, { store: inner });
  for (const { kept } of [inner, outer]) onTestFinished(() => kept.close());
  await outer.set('ada', { user: 'ada' }, 60_000);
  expect(await outer.get('ada')).toEqual({ user: 'ada' });
  expect(JSON.parse(String(await server.command('GET', 'inner:ada')))).toEqual({ user: 'ada' });
  const leftMs = Number(await server.command('PTTL', 'inner:ada'));
  expect(leftMs).toBeGreaterThan(30_000);
  expect(leftMs).toBeLessThanOrEqual(60_000);
  await outer.destroy('ada');
  expect(await outer.get('ada')).toBeNull();
  await waitFor(async () => (await server.command('EXISTS', 'inner:ada')) === 0);
  await server.command('SET', 'inner:odd', 'hunter2');
  await expect(inner.get('odd')).rejects.toThrow(/^The stored session is not JSON\.$/);
});
