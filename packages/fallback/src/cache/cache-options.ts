import type { Clock, Random } from '@redis-resilience/core';
import {
  checkOptions,
  clockOf,
  countOf,
  durationOf,
  functionOf,
  lifetimeOf,
  numberOf,
  objectWith,
  type Sources,
  textOf,
  withDefaults,
} from '@redis-resilience/core/kit';
import type { Outbox } from '../outbox/outbox.ts';
import { jsonSerializer, type Serializer } from './serializer.ts';

/** Options of {@link createCache}. */
export interface CacheOptions {
  /** Prefix of every key in Redis. Default `cache:`. */
  readonly prefix?: string;
  /** How long a value is fresh. Default 60,000 ms. */
  readonly ttlMs?: number;
  /**
   * How much each ttl varies at random in both directions, as a ratio from 0 to 1. A ttl that a loader sets by
   * `keepFor` is only shortened. Default 0.1.
   */
  readonly ttlJitterRatio?: number;
  /**
   * How long after the end of its ttl a value is still returned immediately, marked as stale, while it is reloaded.
   * Default 0 ms.
   */
  readonly staleWhileRevalidateMs?: number;
  /**
   * How long after the end of its ttl a local copy may be returned when a load fails, is rejected or is slow. Default
   * 600,000 ms.
   */
  readonly staleIfErrorMs?: number;
  /**
   * How long a loader's `null` or `undefined` is remembered. Default 0 ms, so that the next lookup runs the loader
   * again.
   */
  readonly negativeTtlMs?: number;
  /**
   * The parameter beta of XFetch, which reloads a value at a random time shortly before its ttl ends. A beta above 1
   * reloads values earlier, a beta below 1 later. With 0, values are never reloaded before their ttl ends. Default 1.
   */
  readonly earlyRefreshBeta?: number;
  /** Maximum memory for local copies. Default 32 MiB; 0 keeps none. */
  readonly maxLocalBytes?: number;
  /** Maximum number of loads that run concurrently in this process. Default 2. */
  readonly maxConcurrentLoads?: number;
  /** Maximum number of queued loads; further loads are rejected. Default 1,000. */
  readonly maxQueuedLoads?: number;
  /** How long a caller waits for a load, including the load's time in the queue. Default 8,000 ms. */
  readonly loadTimeoutMs?: number;
  /** How long a caller waits for a load if a stale value is available. Default 250 ms. */
  readonly staleAfterMs?: number;
  /** How long a caller waits for Redis. Default 200 ms. */
  readonly redisTimeoutMs?: number;
  /** How much the clocks of two processes may differ. Default 250 ms. */
  readonly clockSkewMs?: number;
  /**
   * How long Redis remembers an invalidation. Default 2 × `ttlMs` + `staleWhileRevalidateMs` + `clockSkewMs`; raise it
   * if individual calls use a longer `ttlMs`.
   */
  readonly rememberInvalidatedMs?: number;
  /** Converts values to bytes and back. Default JSON. */
  readonly serializer?: Serializer;
  /**
   * An outbox for the invalidations that are made while Redis is unavailable. With an outbox that has a `path`, these
   * invalidations survive a crash. Default: the cache keeps the invalidations in memory.
   */
  readonly outbox?: Outbox;
  /** Sources of time and randomness, for tests. Default: those of the RedisResilience. */
  readonly clock?: Clock;
  readonly random?: Random;
}

export type CacheSettings = Required<Omit<CacheOptions, 'outbox'>> & Pick<CacheOptions, 'outbox'>;

/** All defaults of the cache. */
export const cacheDefaults = {
  prefix: 'cache:',
  ttlMs: 60_000,
  ttlJitterRatio: 0.1,
  staleWhileRevalidateMs: 0,
  staleIfErrorMs: 600_000,
  negativeTtlMs: 0,
  earlyRefreshBeta: 1,
  maxLocalBytes: 32 * 1024 * 1024,
  maxConcurrentLoads: 2,
  maxQueuedLoads: 1000,
  loadTimeoutMs: 8000,
  staleAfterMs: 250,
  redisTimeoutMs: 200,
  clockSkewMs: 250,
  serializer: jsonSerializer,
} as const satisfies Omit<Required<CacheOptions>, 'outbox' | 'rememberInvalidatedMs' | keyof Sources>;

/** @throws ConfigurationError when an option is unknown or invalid */
export function resolveCacheOptions(options: CacheOptions, sources: Sources): CacheSettings {
  checkOptions<CacheOptions>('createCache', options, {
    prefix: textOf,
    ttlMs: lifetimeOf(1),
    ttlJitterRatio: numberOf(0, 1),
    staleWhileRevalidateMs: lifetimeOf(0),
    staleIfErrorMs: lifetimeOf(0),
    negativeTtlMs: lifetimeOf(0),
    earlyRefreshBeta: numberOf(0, 1000),
    maxLocalBytes: countOf(0),
    maxConcurrentLoads: countOf(1),
    maxQueuedLoads: countOf(0),
    loadTimeoutMs: durationOf(1),
    staleAfterMs: durationOf(0),
    redisTimeoutMs: durationOf(1),
    clockSkewMs: durationOf(0),
    rememberInvalidatedMs: lifetimeOf(1),
    serializer: objectWith('serialize', 'deserialize'),
    outbox: objectWith('add', 'drain'),
    clock: clockOf,
    random: functionOf,
  });
  const settings = withDefaults({ ...cacheDefaults, ...sources }, options);
  const { ttlMs, staleWhileRevalidateMs, clockSkewMs } = settings;
  // Redis must remember an invalidation until no value that was loaded before the invalidation is fresh any more.
  const rememberInvalidatedMs = 2 * ttlMs + staleWhileRevalidateMs + clockSkewMs;
  return withDefaults({ rememberInvalidatedMs }, settings) as CacheSettings;
}
