import {
  checkArgument,
  checkOptions,
  lifetimeOf,
  functionOf,
  type OptionReaders,
} from '@redis-resilience/core/kit';
import type { CacheEvents, CacheStats } from './cache-events.ts';
import type { Loader } from './single-flight.ts';

/** A value from a cache, and where it came from. */
export interface CacheAnswer<T> {
  readonly value: T;
  /** Whether the value may be out of date: it is past its ttl, or comes from a local copy or the fallback. */
  readonly stale: boolean;
  readonly source: 'redis' | 'loader' | 'local' | 'fallback';
  /** Milliseconds since the load of the value began; 0 if this lookup loaded the value, or the fallback provided it. */
  readonly ageMs: number;
}

/** Options of a single lookup. */
export interface LookupOptions<T> {
  /** How long this value is fresh. Default: the cache's `ttlMs`. */
  readonly ttlMs?: number;
  /**
   * Provides the value when the load fails or is rejected and there is no stale value. Default: none, so that the error
   * is thrown.
   */
  readonly fallback?: (error: unknown) => T | Promise<T>;
}

/** @throws {@link ConfigurationError} for an unknown or invalid option, and when there is no loader */
export function checkLookup<T>(loader: Loader<T>, options: LookupOptions<T>): void {
  checkArgument('cache.lookup.loader', loader, functionOf);
  checkOptions('cache.lookup', options as LookupOptions<unknown>, lookupReaders);
}

const lookupReaders: OptionReaders<LookupOptions<unknown>> = {
  ttlMs: lifetimeOf(0),
  fallback: functionOf,
};

/**
 * A cache in Redis that keeps working while Redis is unavailable, and that limits how many loads reach the database
 * behind it. A key must be a non-empty string; any other key, which may come from a request, is rejected with a
 * {@link ConfigurationError}.
 */
export interface Cache {
  /**
   * Returns the value from Redis. On a miss, runs the loader and returns its result. While Redis is unavailable,
   * returns a fresh local copy, or else runs the loader. If the load fails or is slow, returns a stale local copy or
   * the `fallback`.
   *
   * @throws the loader's error, or {@link OverloadedError}, when there is neither a stale value nor a fallback;
   * {@link ConfigurationError} when an option is unknown or invalid
   */
  getOrLoad<T>(key: string, loader: Loader<T>, options?: LookupOptions<T>): Promise<T>;
  /** Like `getOrLoad`, but also returns the value's age and source, and whether it may be out of date. */
  lookup<T>(key: string, loader: Loader<T>, options?: LookupOptions<T>): Promise<CacheAnswer<T>>;
  /**
   * Returns the value in Redis or, while Redis is unavailable, the local copy. Returns undefined if there is no value;
   * never runs a loader.
   */
  get<T>(key: string): Promise<T | undefined>;
  /** Like `get`, but also returns the value's age and source, and whether it may be out of date. */
  peek<T>(key: string): Promise<CacheAnswer<T> | undefined>;
  /** Stores a value. While Redis is unavailable, the value is kept in this process and written to Redis afterwards. */
  set(key: string, value: unknown, options?: { readonly ttlMs?: number }): Promise<void>;
  /**
   * Lookups that begin after this call never return a value whose load began before this call, not even from a load
   * that is still running, or from a process that writes the value late. (A process that is cut off from Redis learns
   * of the invalidation only when Redis is back.) Resolves with `applied` if Redis has received the invalidation, and
   * with `kept` if the invalidation will be sent later.
   */
  invalidate(keys: string | readonly string[]): Promise<'applied' | 'kept'>;
  stats(): CacheStats;
  /** Adds a listener; the returned function removes it. */
  on<E extends keyof CacheEvents>(event: E, listener: (payload: CacheEvents[E]) => void): () => void;
  /** Drops the local copies and stops all background work. The connection to Redis stays open. */
  close(): void;
}
