import { ConfigurationError, createRedisResilience } from '@redis-resilience/core';
import { createCache } from '@redis-resilience/fallback/cache';
import { createKeyvStore } from '@redis-resilience/fallback/keyv';
import {
  resilientKoaLimiter,
  resilientLimiter,
  resilientRateLimitStore,
} from '@redis-resilience/fallback/limits';
import { createLocks } from '@redis-resilience/fallback/locks';
import { RedisCacheInterceptor } from '@redis-resilience/fallback/nestjs';
import { createOutbox } from '@redis-resilience/fallback/outbox';
import { createJobAdder, queueConnection, warmUp, workerConnection } from '@redis-resilience/fallback/queues';
import { koaSessionStore, resilientSessionStore } from '@redis-resilience/fallback/sessions';
import { afterAll, expect, it } from 'vitest';

const resilience = createRedisResilience({ lazyConnect: true });
afterAll(() => resilience.close());

const anything = () => undefined;
const sessions = { get: anything, set: anything, destroy: anything };
const hits = { increment: anything, decrement: anything, resetKey: anything };
const limiter = { points: 1, consume: () => Promise.resolve() };
const queue = { name: 'mails', add: () => Promise.resolve() };
const next = () => Promise.resolve();

/** Calls each factory with one option of any name and value. */
const factories: Readonly<Record<string, (options: never) => unknown>> = {
  createCache: (options) => createCache(resilience, options),
  createOutbox: (options) => createOutbox(resilience, options),
  resilientSessionStore: (options) => resilientSessionStore(sessions, resilience, options),
  koaSessionStore: (options) => koaSessionStore(resilience, options),
  createJobAdder: (options) => createJobAdder(queue, resilience, options),
  warmUp: (options) => warmUp([], options),
  resilientRateLimitStore: (options) => resilientRateLimitStore(hits, resilience, options),
  resilientLimiter: (options) => resilientLimiter(limiter, resilience, options),
  resilientKoaLimiter: (options) => resilientKoaLimiter(next, resilience, options),
  createLocks: (options) => createLocks(resilience, options),
  'locks.acquire': (options) => createLocks(resilience).acquire('invoice', options),
  createKeyvStore: (options) => createKeyvStore(resilience, options),
  REDIS_CACHE_OPTIONS: (options) => new RedisCacheInterceptor({} as never, {} as never, {} as never, options),
};

async function refusalOf(factory: string, options: object): Promise<unknown> {
  try {
    return await factories[factory]?.(options as never);
  } catch (error) {
    return error;
  }
}

it.each([
  ['createCache', 'ttl', 'ttlMs'],
  ['createOutbox', 'maxEntrys', 'maxEntries'],
  ['resilientSessionStore', 'prefx', 'prefix'],
  ['koaSessionStore', 'stor', 'store'],
  ['createJobAdder', 'whenaway', 'whenAway'],
  ['createJobAdder', 'pth', 'path'],
  ['warmUp', 'timeoutMS', 'timeoutMs'],
  ['resilientRateLimitStore', 'whenaway', 'whenAway'],
  ['resilientLimiter', 'insurence', 'insurance'],
  ['resilientKoaLimiter', 'timeout', 'timeoutMs'],
  ['createLocks', 'ttl', 'ttlMs'],
  ['locks.acquire', 'wait', 'waitMs'],
  ['createKeyvStore', 'prefex', 'prefix'],
  ['REDIS_CACHE_OPTIONS', 'nostore', 'noStore'],
])('%s names the nearest option for %s', async (factory, typed, meant) => {
  expect(await refusalOf(factory, { [typed]: 1 })).toEqual(
    new ConfigurationError(`The option ${factory}.${typed} does not exist. Did you mean ${meant}?`),
  );
});

it.each([
  ['createCache', { ttlJitterRatio: 2 }, 'a number from 0 to 1; given: 2'],
  ['createOutbox', { whenFull: 'wait' }, "one of 'reject', 'oldest', 'newest'; given: 'wait'"],
  ['resilientSessionStore', { listen: 'yes' }, "true or false; given: 'yes'"],
  ['koaSessionStore', { store: {} }, 'an object with get(), set(), destroy(); given: an object'],
  ['createJobAdder', { whenAway: 'wait' }, "one of 'fail', 'keep'; given: 'wait'"],
  ['resilientRateLimitStore', { whenAway: 'memory' }, "one of 'open', 'closed', 'local'; given: 'memory'"],
  ['locks.acquire', { waitMs: -1 }, 'a number of milliseconds from 0 to 2147483647; given: -1'],
  ['createKeyvStore', { ttlMs: 0 }, 'a number of milliseconds of at least 1; given: 0'],
])('%s says what is allowed in the place of %j', async (factory, options, allowed) => {
  const name = Object.keys(options)[0];
  expect(await refusalOf(factory, options)).toEqual(
    new ConfigurationError(`The option ${factory}.${name} must be ${allowed}.`),
  );
});

it.each([
  ['createCache', (given: never) => createCache(given)],
  ['createOutbox', (given: never) => createOutbox(given)],
  ['createLocks', (given: never) => createLocks(given)],
  ['koaSessionStore', (given: never) => koaSessionStore(given)],
  ['queueConnection', (given: never) => queueConnection(given)],
  ['workerConnection', (given: never) => workerConnection(given)],
  ['createKeyvStore', (given: never) => createKeyvStore(given)],
])('%s takes a resilience, not its client', (factory, call) => {
  expect(() => call(resilience.client as never)).toThrow(
    new ConfigurationError(
      `The option ${factory}.resilience is given a client. Write protect(client) in its place.`,
    ),
  );
});

it.each([
  ['createCache', 'ttlMs'],
  ['createCache', 'staleIfErrorMs'],
  ['createCache', 'rememberInvalidatedMs'],
  ['createKeyvStore', 'ttlMs'],
  ['koaSessionStore', 'ttlMs'],
  ['koaSessionStore', 'rememberDestroyedMs'],
])('%s takes %s of a year, which no timer waits for', async (factory, option) => {
  expect(await refusalOf(factory, { [option]: 365 * 86_400_000 })).not.toBeInstanceOf(Error);
});
