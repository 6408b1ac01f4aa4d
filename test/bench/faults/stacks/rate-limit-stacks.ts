import { once } from 'node:events';
import { createRedisResilience } from '@redis-resilience/core';
import { resilientRateLimitStore, sendCommandOf } from '@redis-resilience/fallback/limits';
import type { Request, RequestHandler } from 'express';
import { rateLimit, type Options } from 'express-rate-limit';
import type { Redis } from 'ioredis';
import { RedisStore, type RedisReply } from 'rate-limit-redis';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { Contestant } from '../contestant.js';
import { guidesOptions, type IoredisSettings } from '../peers/ioredis-peer.js';
import { addressOf, ioredisOf } from './single-clients.js';
import { expressApp, WebApp } from './web-app.js';

/** Number of requests that one user may make per window; the window is longer than the row. */
export const limit = 40;
const windowMs = 60_000;
const packages = ['express', 'express-rate-limit', 'rate-limit-redis', 'ioredis'];

/** Express applications that limit the number of requests by the user in the header `x-user`. */
export const rateLimitStacks: readonly Contestant<WebApp>[] = [
  onIoredis('express-rate-limit', 'express-rate-limit', 'ioredis with its defaults', {}, {}),
  onIoredis(
    'express-rate-limit-guides',
    'express-rate-limit, guides',
    'ioredis with the options that guides recommend',
    guidesOptions,
    {},
  ),
  onIoredis(
    'express-rate-limit-open',
    'express-rate-limit, guides, open',
    'ioredis with the options that guides recommend, with `passOnStoreError`',
    guidesOptions,
    { passOnStoreError: true },
  ),
  {
    name: 'rate-limiter-flexible',
    label: 'rate-limiter-flexible, insured',
    setup:
      'rate-limiter-flexible on ioredis with the options that guides recommend, with a `RateLimiterMemory` of the same limit as its insurance',
    packages: ['express', 'rate-limiter-flexible', 'ioredis'],
    create(target) {
      const client = ioredisOf(target, guidesOptions);
      const points = { points: limit, duration: windowMs / 1_000 };
      const insuranceLimiter = new RateLimiterMemory(points);
      const limiter = new RateLimiterRedis({ storeClient: client, ...points, insuranceLimiter });
      return limitedApp(
        (req, res, next) => {
          limiter.consume(userOf(req)).then(
            () => next(),
            (refusal: unknown) => {
              if (refusal instanceof Error) next(refusal);
              else res.status(429).end();
            },
          );
        },
        () => client.disconnect(),
      );
    },
  },
  {
    name: 'ours',
    label: 'Redis Resilience',
    setup:
      'the store of `@redis-resilience/fallback` around rate-limit-redis, with its defaults: each process counts on its own while Redis is unavailable',
    packages: [...packages, '@redis-resilience/fallback'],
    create(target) {
      const resilience = createRedisResilience(addressOf(target));
      const redis = new RedisStore({ sendCommand: sendCommandOf(resilience) });
      const store = resilientRateLimitStore(redis, resilience);
      return limitedApp(expressLimiter({ store }), () => resilience.close({ drainMs: 0 }));
    },
  },
];

function onIoredis(
  name: string,
  label: string,
  client: string,
  options: IoredisSettings,
  limiter: Partial<Options>,
): Contestant<WebApp> {
  return {
    name,
    label,
    setup: `express-rate-limit and rate-limit-redis on ${client}`,
    packages,
    create(target) {
      const client = ioredisOf(target, options);
      const ready = storeOn(client).then((store) => expressLimiter({ ...limiter, store }));
      return limitedApp(ready, () => client.disconnect());
    },
  };
}

async function storeOn(client: Redis): Promise<RedisStore> {
  // The store loads its scripts immediately, which fails before the client is connected if it has no offline queue.
  if (client.status !== 'ready') await once(client, 'ready');
  return new RedisStore({
    sendCommand: (name, ...args) => client.call(name, ...args) as Promise<RedisReply>,
  });
}

function expressLimiter(options: Partial<Options>): RequestHandler {
  return rateLimit({ windowMs, limit, keyGenerator: userOf, validate: false, ...options });
}

function limitedApp(limiter: RequestHandler | Promise<RequestHandler>, end: () => unknown): WebApp {
  const application = Promise.resolve(limiter).then((limiter) =>
    expressApp((app) => {
      app.use(limiter);
      app.get('/', (_req, res) => void res.send('ok'));
    }),
  );
  return new WebApp(application, end);
}

function userOf(req: Request): string {
  return req.get('x-user') ?? 'nobody';
}
