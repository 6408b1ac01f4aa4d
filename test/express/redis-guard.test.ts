import { defaultRedisResilience } from '@redis-resilience/core';
import expressGuard, { redisErrors, redisGuard, redisHealth, requireRedis } from '@redis-resilience/express';
import { startProxy, startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import express from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { listen } from '../contract/listen.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
afterEach(() => vi.unstubAllEnvs());

async function serve(...uses: express.RequestHandler[]) {
  const app = express();
  app.use(...uses);
  app.get(
    '/',
    (req, res) => void res.json({ url: req.redisGuard.status, degraded: res.locals.redisDegraded }),
  );
  app.post('/', requireRedis('write'), (req, res) => void res.json({ same: req.redisGuard.resilience.name }));
  app.use(redisHealth(), redisErrors());
  return listen(app, { close: async () => {} } as never);
}

describe('redisGuard without arguments', () => {
  it('connects as soon as it is made, and shares the connection with the middleware after it', async () => {
    vi.stubEnv('REDIS_URL', server.url);
    const connected = async () => Number((await server.info('clients'))['connected_clients']);
    const before = await connected();
    const { origin, close } = await serve(redisGuard());
    // The client connects before the first request.
    await waitFor(async () => (await connected()) === before + 1);
    await waitFor(() => defaultRedisResilience().snapshot().status === 'up');
    expect(await (await fetch(origin)).json()).toEqual({ url: 'up', degraded: false });
    expect(await (await fetch(origin, { method: 'POST' })).json()).toEqual({ same: 'default' });
    expect(await connected()).toBe(before + 1);
    await close();
    await defaultRedisResilience().close();
  });

  it('lets requests pass in mode reject while the first connection is being made', async () => {
    await using proxy = await startProxy({ target: server });
    proxy.blackhole({ incoming: true });
    vi.stubEnv('REDIS_URL', proxy.url);
    const { origin, close } = await serve(redisGuard({ mode: 'reject' }));
    expect(defaultRedisResilience().snapshot()).toMatchObject({ status: 'down', cause: undefined });
    expect((await fetch(origin, { method: 'POST' })).status).toBe(200);
    await close();
    await defaultRedisResilience().close();
  });
});

describe('redisGuard with a resilience', () => {
  it('hands it to requireRedis and redisHealth', async () => {
    const snapshot = () => ({
      status: 'down',
      reads: false,
      writes: false,
      name: 'mine',
      cause: { code: 'loading' },
      since: new Date(),
    });
    const resilience = { name: 'mine', snapshot, execute: async () => {}, close: async () => {} } as never;
    const { origin, close } = await serve(redisGuard({ resilience }));
    const refused = await fetch(origin, { method: 'POST' });
    expect(await refused.json()).toMatchObject({ status: 503, connection: 'mine', cause: 'loading' });
    expect(await (await fetch(`${origin}/health/redis`)).json()).toHaveProperty(['checks', 'redis-mine']);
    await close();
  });
});

describe('the package', () => {
  it('exports redisGuard by name and as default', () => {
    expect(expressGuard).toBe(redisGuard);
  });

  it('names its middleware, for the debug output of Express', () => {
    expect([redisGuard(), requireRedis(), redisHealth(), redisErrors()].map(({ name }) => name)).toEqual([
      'redisGuard',
      'requireRedis',
      'redisHealth',
      'redisErrors',
    ]);
  });
});
