import express from 'express';
import { RedisStore as SessionStore9 } from 'connect-redis-9';
import { rateLimit as rateLimit7 } from 'express-rate-limit-7';
import { RateLimiterRedis as RateLimiterRedis5 } from 'rate-limiter-flexible-5';
import { RedisStore as RateLimitRedis } from 'rate-limit-redis';
import { resilientLimiter, resilientRateLimitStore, sendCommandOf } from '@redis-resilience/fallback/limits';
import { connectRedisClient, resilientSessionStore } from '@redis-resilience/fallback/sessions';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';
import { bringBack, connect, stage, takeDown } from '../stage.ts';

it('connect-redis 9 keeps a session, through an outage too', async () => {
  const here = await stage();
  const inner = new SessionStore9({ client: connectRedisClient(here.resilience) as never });
  const store = resilientSessionStore(inner, here.resilience);
  onTestFinished(() => store.kept.close());
  const read = () =>
    new Promise((resolve, reject) => {
      void store.get('anna', (error, data) => {
        if (error === null || error === undefined) resolve(data);
        else reject(error);
      });
    });
  await new Promise<void>((resolve) => {
    void store.set('anna', { cookie: { maxAge: 60_000 }, user: 1 } as never, () => resolve());
  });
  expect(await read()).toMatchObject({ user: 1 });
  await takeDown(here);
  expect(await read()).toMatchObject({ user: 1 });
});

it('rate-limiter-flexible 5 counts, and takes its fallback while Redis is away', async () => {
  const here = await stage();
  const limiter = new RateLimiterRedis5({ storeClient: here.resilience.client, points: 10, duration: 60 });
  const resilient = resilientLimiter(limiter, here.resilience, { whenAway: 'open' });
  expect((await resilient.consume('anna')).remainingPoints).toBe(9);
  await takeDown(here);
  expect((await resilient.consume('anna')).remainingPoints).toBe(10);
  await bringBack(here);
});

it('express-rate-limit 7 counts, and goes on in this process while Redis is away', async () => {
  const here = await stage();
  const redis = new RateLimitRedis({ sendCommand: sendCommandOf(here.resilience) });
  const store = resilientRateLimitStore(redis, here.resilience);
  const app = express();
  app.use(rateLimit7({ windowMs: 60_000, limit: 2, store, validate: false }));
  app.get('/', (_req, res) => void res.send('ok'));
  const server = app.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const ask = async () =>
    (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).status;
  expect(await ask()).toBe(200);
  await takeDown(here);
  expect([await ask(), await ask()]).toEqual([200, 429]);
});

it('rate-limit-redis that was made while Redis was away counts once Redis is there', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  await server.kill();
  const resilience = connect(server.url);
  await waitFor(() => resilience.snapshot().status === 'down');
  const store = new RateLimitRedis({ sendCommand: sendCommandOf(resilience) });
  void store.init({ windowMs: 60_000 } as never);
  await server.start();
  expect(await store.increment('anna')).toMatchObject({ totalHits: 1 });
});
