import { lifetimeOf, functionOf, type OptionReaders } from '@redis-resilience/core/kit';
import type { CacheEvents, CacheStats } from './cache-events.ts';
import type { Loader } from './single-flight.ts';

/** An answer of a cache, and what is known about it. */
export interface CacheAnswer<T> {
  readonly value: T;
  /** Whether the value may be out of date: it is past its ttl, comes from a local copy, or from the fallback. */
  readonly stale: boolean;
  readonly source: 'redis' | 'loader' | 'local' | 'fallback';
  /** Milliseconds since the load of the value began; 0 when this lookup loaded it or the fallback answered. */
  readonly ageMs: number;
}

/** Options of one lookup. */
export interface LookupOptions<T> {
  /** How long this value is fresh. Default: `ttlMs` of the cache. */
  readonly ttlMs?: number;
  /** Answers when the load fails or is refused and there is no stale value. Default: none, the error is thrown. */
  readonly fallback?: (error: unknown) => T | Promise<T>;
}

/** Readers of {@link LookupOptions}. */
export const lookupReaders: OptionReaders<LookupOptions<unknown>> = {
  ttlMs: lifetimeOf(0),
  fallback: functionOf,
};

/**
 * A cache in Redis that goes on working without Redis, and never floods the source of truth behind it. A key is a string
 * that is not empty: anything else, as it may come from a request, is refused with a {@link ConfigurationError}.
 */
export interface Cache {
  /**
   * The value from Redis. On a miss, or while Redis is away, the value of a local copy or of the loader.
   *
   * @throws the error of the loader, or {@link OverloadedError}, when there is neither a stale value nor a fallback,
   * {@link ConfigurationError} when an option is unknown or wrong
   */
  getOrLoad<T>(key: string, loader: Loader<T>, options?: LookupOptions<T>): Promise<T>;
  /** As `getOrLoad`, with the age of the answer, its source, and whether it may be out of date. */
  lookup<T>(key: string, loader: Loader<T>, options?: LookupOptions<T>): Promise<CacheAnswer<T>>;
  /** The value in Redis, or of the local copy while Redis is away; undefined when there is none. Never loads. */
  get<T>(key: string): Promise<T | undefined>;
  /** As `get`, with age, source and staleness. */
  peek<T>(key: string): Promise<CacheAnswer<T> | undefined>;
  /** Stores a value. While Redis is away the value is kept in this process, and written back afterwards. */
  set(key: string, value: unknown, options?: { readonly ttlMs?: number }): Promise<void>;
  /**
   * Lookups that begin from now on get no value that was loaded before: neither from a load that is still running, nor
   * one that another process wrote while Redis was away. Resolves with `kept` when Redis could not be told yet.
   */
  invalidate(keys: string | readonly string[]): Promise<'applied' | 'kept'>;
  stats(): CacheStats;
  /** Adds a listener; the returned function removes it. */
  on<E extends keyof CacheEvents>(event: E, listener: (payload: CacheEvents[E]) => void): () => void;
  /** Drops the local copies and stops all background work. Does not close the resilience. */
  close(): void;
}
