import type { ListenerError } from '@redis-resilience/core/kit';

/** Every event of a cache. No event holds a key or a value. */
export interface CacheEvents {
  /** An entry in Redis could not be read and counted as a miss. */
  readonly corrupt: { readonly reason: 'header' | 'value' | 'type' };
  /**
   * A load failed or did not finish in time. With `stale` or `fallback` the caller got an answer, and this event is the
   * only report of the error.
   */
  readonly 'load-error': { readonly error: unknown; readonly answeredWith: 'stale' | 'fallback' | 'nothing' };
  /** The serializer could not take a loaded value: the caller got the value, the cache did not. */
  readonly 'not-cached': { readonly error: unknown };
  /** A load did not end; its place in the bulkhead was given away. */
  readonly 'load-abandoned': { readonly running: number };
  /** Redis refused a read with an error reply that means no outage, for example NOPERM. */
  readonly 'redis-refused': { readonly code: string };
  /** Redis was brought up to date after an outage: how many invalidations were sent, and entries written back. */
  readonly refilled: { readonly invalidated: number; readonly written: number };
  /** Too many invalidations wait to be sent to Redis; the oldest was dropped. `kept` still wait. */
  readonly 'invalidation-dropped': { readonly kept: number };
  readonly 'listener-error': ListenerError;
}

/** Totals since the cache was made, and what it holds now. */
export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  /** Lookups that found Redis away. */
  readonly away: number;
  readonly loads: number;
  readonly loadErrors: number;
  /** Loads that were asked for and not started, because too many ran or waited. */
  readonly shed: number;
  /** Answers from Redis or a local copy that may be out of date. */
  readonly stale: number;
  readonly fallbacks: number;
  readonly corrupt: number;
  /** Loads that run now. */
  readonly loading: number;
  /** Loads that wait now. */
  readonly queued: number;
  readonly localBytes: number;
  readonly localEntries: number;
}
