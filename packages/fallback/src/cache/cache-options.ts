import { systemClock, systemRandom, type Clock, type Random } from '@redis-resilience/core';
import {
  checkOptions,
  clockOf,
  countOf,
  durationOf,
  lifetimeOf,
  functionOf,
  numberOf,
  objectWith,
  textOf,
  withDefaults,
} from '@redis-resilience/core/kit';
import type { Outbox } from '../outbox/outbox.ts';
import { jsonSerializer, type Serializer } from './serializer.ts';

/** Options of {@link createCache}. */
export interface CacheOptions {
  /** Put before every key in Redis. Default `cache:`. */
  readonly prefix?: string;
  /** How long a value is fresh. Default 60,000 ms. */
  readonly ttlMs?: number;
  /** Spreads each ttl by up to this ratio in both directions, 0 to 1. Default 0.1. */
  readonly ttlJitterRatio?: number;
  /** How long after its ttl a value is answered at once, marked stale, while it is reloaded. Default 0 ms. */
  readonly staleWhileRevalidateMs?: number;
  /** How long after its ttl a local copy may replace a load that fails, is refused or is slow. Default 600,000 ms. */
  readonly staleIfErrorMs?: number;
  /** How long a loader's `null` or `undefined` is remembered. Default 0 ms: not at all. */
  readonly negativeTtlMs?: number;
  /** XFetch: values above 1 refresh earlier, below 1 later; 0 never refreshes before the ttl. Default 1. */
  readonly earlyRefreshBeta?: number;
  /** Memory for local copies. Default 32 MiB; 0 keeps none. */
  readonly maxLocalBytes?: number;
  /** Loads that run at once in this process. Default 2. */
  readonly maxConcurrentLoads?: number;
  /** Loads that may wait for a place; more are refused. Default 1,000. */
  readonly maxQueuedLoads?: number;
  /** How long a caller waits for a load, including its time in the queue. Default 8,000 ms. */
  readonly loadTimeoutMs?: number;
  /** How long a caller waits for a load when a stale value could be answered instead. Default 250 ms. */
  readonly staleAfterMs?: number;
  /** How long a caller waits for Redis. Default 200 ms. */
  readonly redisTimeoutMs?: number;
  /** Largest difference between the clocks of two processes. Default 250 ms. */
  readonly clockSkewMs?: number;
  /**
   * How long Redis remembers an invalidation. Default 2 × `ttlMs` + `staleWhileRevalidateMs` + `clockSkewMs`; raise it
   * when single calls have a longer `ttlMs`.
   */
  readonly rememberInvalidatedMs?: number;
  /** Turns values into bytes and back. Default JSON. */
  readonly serializer?: Serializer;
  /** Keeps invalidations made while Redis is away; a durable one keeps them over a crash. Default: memory of the cache. */
  readonly outbox?: Outbox;
  /** Time and randomness, for tests. */
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
  clock: systemClock,
  random: systemRandom,
} as const satisfies Omit<Required<CacheOptions>, 'outbox' | 'rememberInvalidatedMs'>;

/** @throws ConfigurationError that names the option, or the nearest right name */
export function resolveCacheOptions(options: CacheOptions): CacheSettings {
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
  const settings = withDefaults(cacheDefaults, options);
  const { ttlMs, staleWhileRevalidateMs, clockSkewMs } = settings;
  // Long enough to outlive any copy that was loaded before the invalidation.
  const rememberInvalidatedMs = 2 * ttlMs + staleWhileRevalidateMs + clockSkewMs;
  return withDefaults({ rememberInvalidatedMs }, settings) as CacheSettings;
}
