import { createRedisResilience, protect } from '@redis-resilience/core';
import { createRequestGuard } from '@redis-resilience/core/http';
import { redisErrors, redisGuard, redisHealth, requireRedis } from '@redis-resilience/express';
import { createCache } from '@redis-resilience/fallback/cache';
import { redisGuard as koaGuard } from '@redis-resilience/koa';
import { RedisResilienceModule } from '@redis-resilience/nestjs';
import { registerMetrics } from '@redis-resilience/telemetry/prometheus';
import express from 'express';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import {
  handled,
  handledByKoa,
  operatorLine,
  thrown,
  thrownWith,
  withResilience,
} from './mistake-answers.ts';

const accept: (...given: unknown[]) => unknown = createRedisResilience as never;
const url = 'redis://localhost:6379';

/** A typical mistake of newcomers: the code that they write, and the answer of the library. */
export interface LikelyMistake {
  readonly written: string;
  answer(): Promise<string>;
}

export const likelyMistakes: readonly LikelyMistake[] = [
  {
    written: 'Redis is not running',
    answer: () => operatorLine((port) => `redis://localhost:${port}`, false),
  },
  {
    written: '`rediss://` where Redis has no TLS',
    answer: () => operatorLine((port) => `rediss://localhost:${port}`, true),
  },
  {
    written: 'a wrong password',
    answer: () => operatorLine((port) => `redis://:wrong@localhost:${port}`, true),
  },
  {
    written: 'a database that does not exist: `redis://localhost/99`',
    answer: () => operatorLine((port) => `redis://:secret@localhost:${port}/99`, true),
  },
  {
    written: "`createRedisResilience('localhost:6379')`",
    answer: () => thrown(() => accept('localhost:6379')),
  },
  { written: '`createRedisResilience({ url })`', answer: () => thrown(() => accept({ url })) },
  {
    written: '`createRedisResilience({ hots })`',
    answer: () => thrown(() => accept({ hots: 'localhost' })),
  },
  {
    written: '`createRedisResilience(client)`',
    answer: () => {
      const client = new Redis({ lazyConnect: true });
      return thrown(() => accept(client)).finally(() => client.disconnect());
    },
  },
  {
    written: '`protect(client)` with a client of node-redis',
    answer: () => thrown(() => protect(createClient() as never)),
  },
  {
    written: '`createRedisResilience(url, { timeoutMS })`',
    answer: () => thrown(() => accept(url, { timeoutMS: 500 })),
  },
  {
    written: '`redisGuard({ url })`',
    answer: () => thrown(() => redisGuard({ url } as never)),
  },
  {
    written: '`redisGuard(resilience)`',
    answer: () => thrownWith((resilience) => redisGuard(resilience as never)),
  },
  {
    written: '`app.use(redisGuard)`, without calling it',
    answer: () => thrown(() => express().use(redisGuard as never)),
  },
  {
    written: '`redisGuard()` is forgotten',
    answer: () =>
      handled((app) => {
        app.get('/readyz', (req, res) => res.json(req.redisGuard.degraded));
        app.use(redisErrors());
      }),
  },
  {
    written: '`redisErrors(resilience)`',
    answer: () => thrownWith((resilience) => (redisErrors as (given: unknown) => unknown)(resilience)),
  },
  {
    written: "`redisHealth({ critical: ['typo'] })`",
    answer: () => thrownWith((resilience) => redisHealth({ critical: ['typo'], resilience })),
  },
  {
    written: "`RedisResilienceModule.forRoot('redis://…')`",
    answer: () => thrown(() => RedisResilienceModule.forRoot(url as never)),
  },
  {
    written: '`createRedisResilience(url, { host })`',
    answer: () => thrown(() => accept(url, { host: 'localhost' })),
  },
  {
    written: '`createRedisResilience(url, { keepAliveMs })`, outside its group',
    answer: () => thrown(() => accept(url, { keepAliveMs: 5_000 })),
  },
  {
    written: '`createRedisResilience(url, { critical: true })`',
    answer: () => thrown(() => accept(url, { critical: true })),
  },
  {
    written: '`createRedisResilience(url, { maxRetriesPerRequest })`',
    answer: () => thrown(() => accept(url, { maxRetriesPerRequest: 3 })),
  },
  {
    written: '`redis://:pass#word@localhost`',
    answer: () => thrown(() => accept('redis://:pass#word@localhost')),
  },
  {
    written: '`protect(client)`, twice',
    answer: async () => {
      const client = new Redis({ lazyConnect: true });
      const resilience = protect(client, { logger: false });
      const message = await thrown(() => protect(client));
      await resilience.close();
      return message;
    },
  },
  {
    written: "`resilience.on('up', listener)`",
    answer: () => thrownWith((resilience) => resilience.on('up' as never, () => undefined)),
  },
  {
    written: "`resilience.on('ready', listener)`",
    answer: () => thrownWith((resilience) => resilience.on('ready' as never, () => undefined)),
  },
  {
    written: '`forRootAsync({ url })`',
    answer: () => thrown(() => RedisResilienceModule.forRootAsync({ url } as never)),
  },
  {
    written: '`forRoot({ host })`',
    answer: () => thrown(() => RedisResilienceModule.forRoot({ host: 'localhost' } as never)),
  },
  {
    written: "`requireRedis('writes')`",
    answer: () => thrown(() => requireRedis('writes' as never)),
  },
  {
    written: '`requireRedis({ resilience })`',
    answer: () => thrownWith((resilience) => requireRedis({ resilience } as never)),
  },
  {
    written: '`createRedisResilience(url, { circuit: false })`',
    answer: () => thrown(() => accept(url, { circuit: false })),
  },
  {
    written: '`createCache(client)`',
    answer: () => {
      const client = new Redis({ lazyConnect: true });
      return thrown(() => createCache(client as never)).finally(() => client.disconnect());
    },
  },
  {
    written: "`cache.lookup('product:1')`, without a loader",
    answer: () =>
      thrownWith(async (resilience) => {
        const cache = createCache(resilience, { ttlMs: 1_000 });
        await cache.lookup('product:1', undefined as never).finally(() => cache.close());
      }),
  },
  {
    written: '`registerMetrics(client)`',
    answer: () => {
      const client = new Redis({ lazyConnect: true });
      return thrown(() => registerMetrics(client as never)).finally(() => client.disconnect());
    },
  },
  {
    written: "`execute(client.get('views'))`, without a function",
    answer: () => thrownWith((resilience) => resilience.execute(Promise.resolve() as never)),
  },
  {
    written: '`execute(operation, { fallbak })`',
    answer: () => {
      const misspelt = { fallbak: () => null } as object;
      return thrownWith((resilience) => resilience.execute(async () => 1, misspelt));
    },
  },
  {
    written: "`applyOnce('incr', 'sold')`, without an id",
    answer: () => thrownWith((resilience) => resilience.applyOnce('incr', 'sold')),
  },
  {
    written: "`createRedisResilience('localhost', 6379)`",
    answer: () => thrown(() => accept('localhost', 6379)),
  },
  {
    written: '`createRedisResilience(url, 500)`',
    answer: () => thrown(() => accept(url, 500)),
  },
  {
    written: '`createRedisResilience(url, { logger: console.log })`',
    answer: () => thrown(() => accept(url, { logger: () => undefined })),
  },
  {
    written: '`createRedisResilience(url, { keyPrefix })`',
    answer: () => thrown(() => accept(url, { keyPrefix: 'shop:' })),
  },
  {
    written: '`execute(operation, { fallback: null })`',
    answer: () =>
      thrownWith((resilience) => resilience.execute(() => Promise.resolve(1), { fallback: null as never })),
  },
  {
    written: "`resilience.get('views')`, a command on the resilience",
    answer: () => thrownWith((resilience) => (resilience as never as Redis).get('views')),
  },
  {
    written: "`req.redisGuard.incr('views')`, a command on the guard",
    answer: () =>
      thrownWith((resilience) => (createRequestGuard(resilience) as never as Redis).incr('views')),
  },
  {
    written: "`resilience.once('outage', listener)`",
    answer: () =>
      thrownWith((resilience) => (resilience as never as Redis).once('outage' as never, () => undefined)),
  },
  {
    written: '`resilience.quit()`',
    answer: () => thrownWith((resilience) => (resilience as never as Redis).quit()),
  },
  {
    written: '`resilience.connect()`',
    answer: () => thrownWith((resilience) => (resilience as never as Redis).connect()),
  },
  {
    written: '`resilience.status`',
    answer: () => thrownWith((resilience) => (resilience as never as Redis).status),
  },
  {
    written: "`resilience.on('outage')`, without a listener",
    answer: () => thrownWith((resilience) => resilience.on('outage', undefined as never)),
  },
  {
    written: '`protect(resilience)`',
    answer: () => thrownWith((resilience) => protect(resilience as never)),
  },
  {
    written: '`protect(promise)`, not awaited',
    answer: () => thrown(() => protect(Promise.resolve() as never)),
  },
  { written: '`createRedisResilience({ nodes })`', answer: () => thrown(() => accept({ nodes: [] })) },
  {
    written: 'the middleware of `koa` in Express',
    answer: () =>
      withResilience((resilience) => handled((app) => void app.use(koaGuard({ resilience }) as never))),
  },
  {
    written: 'the middleware of `express` in Koa',
    answer: () =>
      withResilience((resilience) =>
        handledByKoa((app) => void app.use(redisGuard({ resilience }) as never)),
      ),
  },
];
