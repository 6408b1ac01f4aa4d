import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Queue } from 'bullmq';
import { createCache as createManagedCache } from 'cache-manager';
import { Cacheable } from 'cacheable';
import { RedisStore as SessionStore } from 'connect-redis';
import express, { type RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import session from 'express-session';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis-5';
import { Keyv } from 'keyv';
import Koa from 'koa';
// @ts-expect-error koa-ratelimit has no types of its own, and @types/koa-ratelimit brings those of ioredis 4
import untypedKoaRateLimit from 'koa-ratelimit';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { RedisStore as RateLimitRedis } from 'rate-limit-redis';
import { protect, type RedisResilience } from '@redis-resilience/core';
import { connectRedisClient, resilientSessionStore } from '@redis-resilience/fallback/sessions';
import { createJobAdder, queueConnection } from '@redis-resilience/fallback/queues';
import { createKeyvStore } from '@redis-resilience/fallback/keyv';
import {
  resilientKoaLimiter,
  type KoaLimiterOptions,
  resilientLimiter,
  resilientRateLimitStore,
  sendCommandOf,
} from '@redis-resilience/fallback/limits';
import { startRedis } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { slackMs } from '../../slack.ts';
import { connect, timed } from '../stage.ts';

const koaRateLimit = untypedKoaRateLimit as (options: object) => KoaMiddleware;

/** A call of a library; it resolves with a value, or with the message of its error. */
type Call = () => Promise<unknown>;
type Subject = (resilience: RedisResilience) => Call | Promise<Call>;

async function served(server: Server, path = '/'): Promise<Call> {
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return async () => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
    return response.status;
  };
}

function expressWith(middleware: RequestHandler): Promise<Call> {
  const app = express();
  app.use(middleware);
  app.get('/', (_req, res) => void res.send('ok'));
  return served(app.listen(0, '127.0.0.1'));
}

type KoaMiddleware = (ctx: Koa.Context, next: () => Promise<unknown>) => Promise<unknown>;

function koaWith(middleware: KoaMiddleware): Promise<Call> {
  const app = new Koa();
  app.silent = true;
  app.use(middleware);
  app.use((ctx) => void (ctx.body = 'ok'));
  return served(app.listen(0, '127.0.0.1'));
}

function expressLimit(whenAway: 'open' | 'closed' | 'local'): Subject {
  return (resilience) => {
    const redis = new RateLimitRedis({ sendCommand: sendCommandOf(resilience) });
    const store = resilientRateLimitStore(redis, resilience, { whenAway });
    return expressWith(rateLimit({ windowMs: 60_000, limit: 10, store, validate: false }));
  };
}

function flexible(options: Parameters<typeof resilientLimiter>[2]): Subject {
  return (resilience) => {
    const limiter = new RateLimiterRedis({ storeClient: resilience.client, points: 10, duration: 60 });
    const resilient = resilientLimiter(limiter, resilience, options);
    return async () => (await resilient.consume('somebody')).remainingPoints;
  };
}

function koaLimit(options: KoaLimiterOptions<Koa.Context>): Subject {
  return (resilience) => {
    const limiter = koaRateLimit({
      driver: 'redis',
      db: resilience.client,
      max: 10,
      duration: 60_000,
      id: () => 'id',
    });
    return koaWith(resilientKoaLimiter(limiter, resilience, options));
  };
}

// label, client, result of the first and of the second call during the outage
const rows: readonly (readonly [string, Subject, unknown, unknown])[] = [
  ['ioredis 6: get, with a fallback', ioredis(Redis), 'fallback', 'fallback'],
  ['ioredis 5: get, with a fallback', ioredis(Redis5 as never), 'fallback', 'fallback'],
  ['express-rate-limit on rate-limit-redis, open', expressLimit('open'), 200, 200],
  ['express-rate-limit on rate-limit-redis, closed', expressLimit('closed'), 503, 503],
  ['express-rate-limit on rate-limit-redis, local', expressLimit('local'), 200, 200],
  ['rate-limiter-flexible, open', flexible({ whenAway: 'open' }), 10, 10],
  [
    'rate-limiter-flexible, closed',
    flexible({ whenAway: 'closed' }),
    'REDIS_UNAVAILABLE',
    'REDIS_UNAVAILABLE',
  ],
  ['rate-limiter-flexible, insured', insured, 1, 0],
  ['express-session on connect-redis 10', sessions, 200, 200],
  ['cache-manager 7 wrap on keyv 5', managed, 'loaded 2', 'loaded 2'],
  ['keyv 5', keyv, 'value', 'value'],
  ['cacheable 2 with two levels, a miss', cacheable, 'nothing', 'nothing'],
  ['BullMQ 6 Queue.add, failing', bullmq('fail'), 'failed', 'failed'],
  ['BullMQ 6 Queue.add, keeping', bullmq('keep'), 'kept', 'kept'],
  ['koa-ratelimit 6, open', koaLimit({ whenAway: 'open' }), 200, 200],
  ['koa-ratelimit 6, closed', koaLimit({ whenAway: 'closed' }), 503, 503],
  ['koa-ratelimit 6, insured', koaInsured, 200, 429],
];

describe.each(['killed', 'frozen'] as const)('while Redis is %s', (how) => {
  it.each(rows)('answers or falls back in time: %s', async (_name, subject, first, second) => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const resilience = connect(server.url);
    await resilience.ready({ timeoutMs: 5000 });
    const call = await subject(resilience);
    await call();
    if (how === 'killed') await server.kill();
    else await server.freeze();
    for (const expected of [first, second]) {
      const { ms, value, error } = await timed(call);
      expect(error === undefined ? value : ((error as { code?: string }).code ?? error.message)).toEqual(
        expected,
      );
      expect(ms).toBeLessThan(250 + slackMs);
    }
    server.thaw();
    if (how === 'killed') await server.start();
    await resilience.ready({ timeoutMs: 5000 });
    await call();
  });
});

function ioredis(Client: typeof Redis): Subject {
  return ({ client }) => {
    const { host = '', port = 0 } = client.options as { host?: string; port?: number };
    const own = protect(new Client(port, host));
    onTestFinished(() => own.close({ drainMs: 0 }));
    return () => own.execute((redis) => redis.get('key'), { timeoutMs: 250, fallback: () => 'fallback' });
  };
}

function insured(resilience: RedisResilience): Call | Promise<Call> {
  const insurance = new RateLimiterMemory({ points: 2, duration: 60 });
  return flexible({ insurance })(resilience);
}

function koaInsured(resilience: RedisResilience): Call | Promise<Call> {
  const inMemory = { driver: 'memory', db: new Map(), max: 1, duration: 60_000, id: () => 'id' } as const;
  return koaLimit({ insurance: koaRateLimit(inMemory) })(resilience);
}

function sessions(resilience: RedisResilience): Promise<Call> {
  const redis = new SessionStore({ client: connectRedisClient(resilience) as never });
  const store = resilientSessionStore(redis, resilience);
  onTestFinished(() => store.kept.close());
  return expressWith(session({ store, secret: 'secret', resave: true, saveUninitialized: true }));
}

function managed(resilience: RedisResilience): Call {
  const cache = createManagedCache({ stores: [new Keyv({ store: createKeyvStore(resilience) })] });
  let loads = 0;
  return () => cache.wrap(`key ${Math.min(1, loads)}`, () => `loaded ${++loads}`, 60_000);
}

async function keyv(resilience: RedisResilience): Promise<Call> {
  const store = new Keyv({ store: createKeyvStore(resilience) });
  await store.set('key', 'value');
  return () => store.get('key');
}

function cacheable(resilience: RedisResilience): Call {
  const cache = new Cacheable({ secondary: new Keyv({ store: createKeyvStore(resilience) }) });
  let calls = 0;
  return async () => (await cache.get(`unknown ${calls++}`)) ?? 'nothing';
}

function bullmq(whenAway: 'fail' | 'keep'): Subject {
  return (resilience) => {
    const queue = new Queue('jobs', queueConnection(resilience));
    queue.on('error', () => undefined);
    onTestFinished(() => queue.close());
    const jobs = createJobAdder(queue, resilience, { whenAway });
    onTestFinished(() => jobs.close());
    return () =>
      jobs.add('job', {}).then(
        ({ state }) => state,
        () => 'failed',
      );
  };
}
