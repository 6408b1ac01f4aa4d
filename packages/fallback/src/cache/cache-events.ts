import type { ListenerError } from '@redis-resilience/core/kit';

/** Every event of a cache. None holds a key or a value. */
export interface CacheEvents {
  /** An entry in Redis could not be read: it counted as a miss. */
  readonly corrupt: { readonly reason: 'header' | 'value' | 'type' };
  /** The loader failed, and a stale value or the fallback stood in: nobody else is told of the error. */
  readonly 'load-error': { readonly error: unknown; readonly answeredWith: 'stale' | 'fallback' | 'nothing' };
  /** The serializer could not take a loaded value: the caller got it, the cache did not. */
  readonly 'not-cached': { readonly error: unknown };
  /** A load never ended; its place in the bulkhead was given away. */
  readonly 'load-abandoned': { readonly running: number };
  /** Redis refused a call for a reason that is no outage: NOPERM, for one. */
  readonly 'redis-refused': { readonly code: string };
  /** Redis is whole again: so many invalidations were told, and so many entries written back. */
  readonly refilled: { readonly invalidated: number; readonly written: number };
  /** Too many invalidations were made while Redis was away; the oldest will not be told. */
  readonly 'invalidation-dropped': { readonly kept: number };
  readonly 'listener-error': ListenerError;
}

/** What a cache did so far, and holds now. */
export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  /** Lookups that found Redis away. */
  readonly away: number;
  readonly loads: number;
  readonly loadErrors: number;
  /** Loads that were not begun, for want of a place among those that run or wait. */
  readonly shed: number;
  /** Answers that may be out of date, and answers of fallbacks. */
  readonly stale: number;
  readonly fallbacks: number;
  readonly corrupt: number;
  readonly loading: number;
  readonly queued: number;
  readonly localBytes: number;
  readonly localEntries: number;
}
