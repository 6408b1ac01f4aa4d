import { createRequire } from 'node:module';
import { createRedisResilience } from '@redis-resilience/core';
import { redisErrors, redisGuard } from '@redis-resilience/express';
import { startRedis, type RedisServer } from '@redis-resilience/testing';
import type express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../contract/listen.ts';

const express4 = createRequire(import.meta.url)('express-4') as typeof express;

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

async function statusOf(mount: (app: express.Express) => void, path = '/'): Promise<number> {
  const resilience = createRedisResilience(server.url);
  const app = express4();
  app.set('env', 'test');
  app.use(redisGuard({ resilience }));
  mount(app);
  app.use(redisErrors());
  const { origin, close } = await listen(app, resilience);
  const { status } = await fetch(origin + path);
  await close();
  return status;
}

async function fail(): Promise<never> {
  throw Object.assign(new Error('a handler that fails later'), { status: 418 });
}

describe('a handler of Express 4 that rejects', () => {
  it('is answered by the error handlers', async () => {
    expect(await statusOf((app) => app.get('/', fail))).toBe(418);
  });

  it('is answered when it stands in a router', async () => {
    expect(await statusOf((app) => app.use(express4.Router().get('/', fail)))).toBe(418);
  });

  it('is answered when it is an error handler itself', async () => {
    const explain: express.ErrorRequestHandler = async (_error, _req, _res, _next) => fail();
    expect(
      await statusOf((app) => {
        app.get('/', () => {
          throw new Error('first');
        });
        app.use(explain);
      }),
    ).toBe(418);
  });

  it.each(['application', 'router'])('is answered when it is a param callback of the %s', async (owner) => {
    const status = await statusOf((app) => {
      const router = owner === 'router' ? express4.Router() : app;
      router.param('id', fail).get('/:id', (_req, res) => void res.json({}));
      if (owner === 'router') app.use(router);
    }, '/7');
    expect(status).toBe(418);
  });

  it('is answered once when a wrapper hands its rejection on as well', async () => {
    const wrapped: express.RequestHandler = (_req, _res, next) => {
      const failing = fail();
      failing.catch(next);
      return failing;
    };
    let errors = 0;
    const count: express.ErrorRequestHandler = (error, _req, _res, next) => {
      errors++;
      next(error);
    };
    expect(await statusOf((app) => app.get('/', wrapped).use(count))).toBe(418);
    expect(errors).toBe(1);
  });
});
