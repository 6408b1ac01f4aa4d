import type { RedisResilience } from '@redis-resilience/core';
import { checkArgument, resilienceOf } from '@redis-resilience/core/kit';
import type { CacheEvents, CacheStats } from './cache-events.ts';
import { resolveCacheOptions, type CacheOptions } from './cache-options.ts';
import type { Loader } from './flights.ts';
import { ResilientCache } from './resilient-cache.ts';

/** One answer of a cache, with all that is known about it. */
export interface CacheAnswer<T> {
  readonly value: T;
  /** It may be out of date: past its ttl, or it could not be checked with Redis, or a fallback gave it. */
  readonly stale: boolean;
  readonly source: 'redis' | 'loader' | 'local' | 'fallback';
  /** Milliseconds since it was loaded. 0 for a fallback. */
  readonly ageMs: number;
}

/** Options of one lookup. */
export interface LookupOptions<T> {
  /** In place of the cache's own `ttlMs`. */
  readonly ttlMs?: number;
  /** What to answer when there is neither a value nor a stale one, and the load failed or did not get its turn. */
  readonly fallback?: (error: unknown) => T | Promise<T>;
}

/** A cache in Redis that works on without it, and never floods the source of truth behind it. */
export interface Cache {
  /**
   * The value from Redis; on a miss, or while Redis is away, from the loader, or a local copy.
   *
   * @throws what the loader threw, or {@link OverloadedError}, when there is neither a stale value nor a fallback
   */
  getOrLoad<T>(key: string, loader: Loader<T>, options?: LookupOptions<T>): Promise<T>;
  /** As `getOrLoad`, and says how old the answer is, where it comes from, and whether it may be out of date. */
  lookup<T>(key: string, loader: Loader<T>, options?: LookupOptions<T>): Promise<CacheAnswer<T>>;
  /** The value in Redis, or while Redis is away the local copy; undefined when there is none. Never loads. */
  get<T>(key: string): Promise<T | undefined>;
  /** As `get`, with age, source and staleness. */
  peek<T>(key: string): Promise<CacheAnswer<T> | undefined>;
  /** Puts a value. While Redis is away it is kept here, and written back afterwards. */
  set(key: string, value: unknown, options?: { readonly ttlMs?: number }): Promise<void>;
  /**
   * From now on no value loaded before now is answered: neither one that a load under way brings, nor one that another
   * process wrote while Redis was away. Resolves with `kept` when Redis is told later.
   */
  invalidate(keys: string | readonly string[]): Promise<'applied' | 'kept'>;
  stats(): CacheStats;
  /** Listens; the returned function stops. */
  on<E extends keyof CacheEvents>(event: E, listener: (payload: CacheEvents[E]) => void): () => void;
  /** Forgets the local copies and stops working in the background. Leaves the resilience alone. */
  close(): void;
}

/**
 * Makes a cache over a protected connection.
 *
 * A hit comes from Redis. On a miss the loader runs, once for all who ask at the same time, and never more than
 * `maxConcurrentLoads` of them at once. While Redis is away, or the loader fails, copies kept in this process stand in,
 * marked stale. Errors are never cached.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
 * @example
 * const cache = createCache(resilience, { ttlMs: 60_000, staleIfErrorMs: 600_000 });
 * const product = await cache.getOrLoad(`product:${id}`, () => db.product(id));
 */
export function createCache(resilience: RedisResilience, options: CacheOptions = {}): Cache {
  checkArgument('createCache.resilience', resilience, resilienceOf);
  return new ResilientCache(resilience, resolveCacheOptions(options));
}
