import { createRedisResilience } from '@redis-resilience/core';
import koaGuard, { redisErrors, redisGuard, redisHealth, requireRedis } from '@redis-resilience/koa';
import Koa from 'koa';
import { describe, expect, it } from 'vitest';
import { listen } from '../contract/listen.ts';
import { freePort, waitFor } from '@redis-resilience/testing';

describe('redisGuard', () => {
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
  it('throws on what is not of this library', async () => {
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
