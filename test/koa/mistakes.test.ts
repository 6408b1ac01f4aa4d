import { randomUUID } from 'node:crypto';
import { createRedisResilience } from '@redis-resilience/core';
import { redisErrors, redisGuard, redisHealth, requireRedis } from '@redis-resilience/koa';
import { freePort, startRedis, waitFor } from '@redis-resilience/testing';
import { Router } from '@koa/router';
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

it('redisHealth() on a route with a path of its own says what to write', async () => {
  const told: string[] = [];
  const note = ({ message }: Error): void => void told.push(message);
  process.on('warning', note);
  // Each message is told only once in a process.
  const path = `/alive-${randomUUID()}`;
  const { status } = await ask('redis://127.0.0.1:1', `/v1${path}`, (app) => {
    const router = new Router({ prefix: '/v1' });
    router.get(path, redisHealth());
    router.get('/seen', (ctx) => void (ctx.body = 'seen'));
    app.use(router.routes());
  });
  await waitFor(() => told.length > 0);
  process.off('warning', note);
  expect(status).toBe(404);
  expect(told).toEqual([
    expect.stringContaining(`Write app.use(redisHealth({ paths: { health: '/v1${path}' } })).`),
  ]);
});

it('redisHealth() that a router uses for all its routes says nothing', async () => {
  const told: string[] = [];
  const note = ({ message }: Error): void => void told.push(message);
  process.on('warning', note);
  const { status } = await ask('redis://127.0.0.1:1', '/seen', (app) => {
    const router = new Router();
    router.use(redisHealth());
    router.get('/seen', (ctx) => void (ctx.body = 'seen'));
    app.use(router.routes());
  });
  await new Promise(setImmediate);
  process.off('warning', note);
  expect({ status, told }).toEqual({ status: 200, told: [] });
});

it('redisHealth() refuses an empty list of connections, whose health would always be good', () => {
  expect(() => redisHealth({ resiliences: [] })).toThrow(
    /resiliences is an empty list.*Leave the option out/,
  );
});
