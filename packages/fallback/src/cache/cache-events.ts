import type { ListenerError } from '@redis-resilience/core/kit';

/** Every event of a cache. No event contains a key or a value. */
export interface CacheEvents {
  /** An entry in Redis could not be read and counted as a miss. */
  readonly corrupt: { readonly reason: 'header' | 'value' | 'type' };
  /**
   * A load failed or did not finish in time. If `answeredWith` is `stale` or `fallback`, the caller got a value, and
   * this event is the only report of the error.
   */
  readonly 'load-error': { readonly error: unknown; readonly answeredWith: 'stale' | 'fallback' | 'nothing' };
  /** The serializer could not serialize a loaded value: the caller got the value, but it was not cached. */
  readonly 'not-cached': { readonly error: unknown };
  /** A load did not settle in time; its bulkhead slot was freed for another load. */
  readonly 'load-abandoned': { readonly running: number };
  /** Redis refused a read with an error reply that does not mean an outage, for example NOPERM. */
  readonly 'redis-refused': { readonly code: string };
  /** Redis was brought up to date after an outage: the numbers of invalidations sent and of entries written back. */
  readonly refilled: { readonly invalidated: number; readonly written: number };
  /** Too many invalidations were waiting to be sent to Redis, so the oldest was dropped. `kept` are still waiting. */
  readonly 'invalidation-dropped': { readonly kept: number };
  readonly 'listener-error': ListenerError;
}

/** Totals since the cache was created, and its present state. */
export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  /** Number of lookups during which Redis was unavailable. */
  readonly away: number;
  readonly loads: number;
  readonly loadErrors: number;
  /** Number of loads that were requested but not started, because too many were running or queued. */
  readonly shed: number;
  /** Number of returned values, from Redis or a local copy, that may have been out of date. */
  readonly stale: number;
  readonly fallbacks: number;
  readonly corrupt: number;
  /** Number of loads that are running. */
  readonly loading: number;
  /** Number of loads that are queued. */
  readonly queued: number;
  readonly localBytes: number;
  readonly localEntries: number;
}
