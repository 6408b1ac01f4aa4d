import { createRedisResilience, defaultRedisResilience } from '@redis-resilience/core';
import koaGuard, { redisErrors, redisGuard, redisHealth, requireRedis } from '@redis-resilience/koa';
import { freePort, startRedis, waitFor } from '@redis-resilience/testing';
import Koa from 'koa';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { listen } from '../contract/listen.ts';

afterEach(() => vi.unstubAllEnvs());

describe('redisGuard', () => {
  it('connects as soon as it is made, without a request', async () => {
    await using server = await startRedis();
    vi.stubEnv('REDIS_URL', server.url);
    const connected = async () => Number((await server.info('clients'))['connected_clients']);
    const before = await connected();
    new Koa().use(redisGuard());
    await waitFor(async () => (await connected()) === before + 1);
    await defaultRedisResilience().close();
  });

  it('tells templates and code in one request, and hands its resilience on', async () => {
    const resilience = createRedisResilience(`redis://127.0.0.1:${await freePort()}`, { name: 'cache' });
    const app = new Koa<{ redisDegraded?: boolean }>();
    app.use(redisGuard({ resilience })).use(redisHealth());
    app.use(async (ctx, next) => {
      if (ctx.path === '/write') return next();
      ctx.body = { template: ctx.state.redisDegraded, code: ctx.redisGuard.degraded };
    });
    app.use(requireRedis('write'));
    const handler = app.callback();
    const { origin, close } = await listen((req, res) => void handler(req, res), resilience);
    await waitFor(async () => (await fetch(`${origin}/write`)).status === 503);
    expect(await (await fetch(`${origin}/write`)).json()).toMatchObject({
      connection: 'cache',
      code: 'REDIS_UNAVAILABLE',
    });
    expect(await (await fetch(origin)).json()).toEqual({ template: true, code: true });
    expect(await (await fetch(`${origin}/health/redis`)).json()).toHaveProperty(['checks', 'redis-cache']);
    await close();
  });
});

describe('redisErrors', () => {
  it('throws an error on that is not of this library', async () => {
    const thrown = new Error('a bug');
    const middleware = redisErrors();
    await expect(middleware({} as never, () => Promise.reject(thrown))).rejects.toBe(thrown);
  });
});

describe('the package', () => {
  it('exports redisGuard by name and as default', () => {
    expect(koaGuard).toBe(redisGuard);
  });

  it('names its middleware, for the debug output of Koa', () => {
    expect([redisGuard(), requireRedis(), redisHealth(), redisErrors()].map(({ name }) => name)).toEqual([
      'redisGuard',
      'requireRedis',
      'redisHealth',
      'redisErrors',
    ]);
  });
});
