import { systemClock, systemRandom, type Clock, type Random } from '@redis-resilience/core';
import {
  checkOptions,
  clockOf,
  countOf,
  durationOf,
  functionOf,
  numberOf,
  objectWith,
  textOf,
  withDefaults,
} from '@redis-resilience/core/kit';
import type { Outbox } from '../outbox/outbox.ts';
import { jsonSerializer, type Serializer } from './serializer.ts';

/** Options of {@link createCache}. All durations in milliseconds. */
export interface CacheOptions {
  /** Put before every key in Redis. Default `cache:`. */
  readonly prefix?: string;
  /** How long a value is fresh. Default 60,000. */
  readonly ttlMs?: number;
  /** Spreads each ttl by up to this ratio, each way, 0 to 1. Default 0.1. */
  readonly ttlJitterRatio?: number;
  /** For how long after its ttl a value is answered at once, marked stale, while it is loaded anew. Default 0. */
  readonly staleWhileRevalidateMs?: number;
  /** For how long after its ttl the local copy stands in when the loader fails or is overloaded. Default 600,000. */
  readonly staleIfErrorMs?: number;
  /** How long "the loader found nothing" (null, undefined) is remembered. Default 0: not at all. */
  readonly negativeTtlMs?: number;
  /** XFetch: above 1 refreshes earlier, below 1 later, 0 never before the ttl. Default 1. */
  readonly earlyRefreshBeta?: number;
  /** Bytes of local copies. Default 32 MiB. */
  readonly maxLocalBytes?: number;
  /** Loads at once in this process. Default 2. */
  readonly maxConcurrentLoads?: number;
  /** Loads that may wait for their turn. Default 1,000. */
  readonly maxQueuedLoads?: number;
  /** How long a caller waits for a load, its waiting for a turn included. Default 8,000. */
  readonly loadTimeoutMs?: number;
  /** How long a caller waits for a load who could be answered with a stale value. Default 250. */
  readonly staleAfterMs?: number;
  /** How long a caller waits for Redis. Default 200. */
  readonly redisTimeoutMs?: number;
  /** By how much the clocks of the processes may differ. Default 250. */
  readonly clockSkewMs?: number;
  /** For how long Redis remembers an invalidation, against copies older than it. Default: twice `ttlMs`, and a little. */
  readonly rememberInvalidatedMs?: number;
  /** How values become bytes. Default JSON. */
  readonly serializer?: Serializer;
  /** Keeps invalidations made while Redis is away; a durable one keeps them over a crash. Default: kept in memory. */
  readonly outbox?: Outbox;
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
    ttlMs: durationOf(1),
    ttlJitterRatio: numberOf(0, 1),
    staleWhileRevalidateMs: durationOf(0),
    staleIfErrorMs: durationOf(0),
    negativeTtlMs: durationOf(0),
    earlyRefreshBeta: numberOf(0, 1000),
    maxLocalBytes: countOf(0),
    maxConcurrentLoads: countOf(1),
    maxQueuedLoads: countOf(0),
    loadTimeoutMs: durationOf(1),
    staleAfterMs: durationOf(0),
    redisTimeoutMs: durationOf(1),
    clockSkewMs: durationOf(0),
    rememberInvalidatedMs: durationOf(1),
    serializer: objectWith('serialize', 'deserialize'),
    outbox: objectWith('add', 'drain'),
    clock: clockOf,
    random: functionOf,
  });
  const settings = withDefaults(cacheDefaults, options);
  const { ttlMs, staleWhileRevalidateMs, clockSkewMs } = settings;
  // Long enough to outlive any copy that was loaded before it.
  const rememberInvalidatedMs = 2 * ttlMs + staleWhileRevalidateMs + clockSkewMs;
  return withDefaults({ rememberInvalidatedMs }, settings) as CacheSettings;
}
