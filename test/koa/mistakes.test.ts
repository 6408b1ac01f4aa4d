import { createRedisResilience } from '@redis-resilience/core';
import { redisErrors, redisGuard, redisHealth, requireRedis } from '@redis-resilience/koa';
import { freePort, startRedis } from '@redis-resilience/testing';
import Koa from 'koa';
import { describe, expect, it } from 'vitest';
import { listen } from '../contract/listen.ts';

/** The response of an application, and the error that Koa would print. */
async function ask(url: string, path: string, mount: (app: Koa) => void) {
  const resilience = createRedisResilience(url, { name: 'shop' });
  const app = new Koa();
  const errors: Error[] = [];
  app.on('error', (error: Error) => errors.push(error));
  mount(app);
  const handler = app.callback();
  const { origin, close } = await listen((req, res) => void handler(req, res), resilience);
  const answer = await fetch(`${origin}${path}`);
  await close();
  return { status: answer.status, headers: answer.headers, message: errors[0]?.message ?? '' };
}

describe('a mistake in mounting', () => {
  it.each([redisGuard, redisErrors, redisHealth, requireRedis])('%o is not called', async (factory) => {
    const { status, message } = await ask('redis://127.0.0.1:1', '/', (app) => app.use(factory as never));
    expect(status).toBe(500);
    expect(message).toContain(`Write ${factory.name}(), with parentheses`);
  });

  it('a guard that is forgotten is named', async () => {
    const { message } = await ask('redis://127.0.0.1:1', '/', (app) => {
      app.use(redisErrors());
      app.use(async (ctx) => {
        ctx.body = await ctx.redisGuard.client.get('a');
      });
    });
    expect(message).toContain('ctx.redisGuard is missing here. Mount the guard before the routes');
  });

  it('redisErrors() that is forgotten costs the details, not the status and not Retry-After', async () => {
    const resilience = createRedisResilience(`redis://127.0.0.1:${await freePort()}`);
    const { status, headers } = await ask('redis://127.0.0.1:1', '/', (app) => {
      app.use(redisGuard({ resilience }));
      app.use(async (ctx) => {
        ctx.body = await ctx.redisGuard.client.get('a');
      });
    });
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    await resilience.close();
  });

  it('redisHealth() before the guard reports the connection of the guard', async () => {
    await using server = await startRedis();
    const resilience = createRedisResilience(server.url, { name: 'cart' });
    await resilience.ready({ timeoutMs: 5_000 });
    const { status } = await ask(server.url, '/readyz', (app) => {
      app.use(redisHealth({ critical: ['cart'] }));
      app.use(redisGuard({ resilience }));
    });
    expect(status).toBe(200);
    await resilience.close();
  });
});

it('redisHealth() refuses an empty list of connections, whose health would always be good', () => {
  expect(() => redisHealth({ resiliences: [] })).toThrow(
    /resiliences is an empty list.*Leave the option out/,
  );
});
