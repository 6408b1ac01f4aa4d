import type { ListenerError } from '@redis-resilience/core/kit';

/** Every event of a cache. No event contains a key or a value. */
export interface CacheEvents {
  /**
   * An entry could not be decoded, so the lookup counted as a miss. `header`: the bytes are not a cache entry. `value`:
   * the serializer could not decode the value. `type`: the key in Redis holds another type, for example a list.
   */
  readonly corrupt: { readonly reason: 'header' | 'value' | 'type' };
  /**
   * A load failed or did not finish in time. `answeredWith` says what the caller got instead: a `stale` value, the
   * value of the `fallback`, or `nothing`, in which case the error was thrown.
   */
  readonly 'load-error': { readonly error: unknown; readonly answeredWith: 'stale' | 'fallback' | 'nothing' };
  /** The serializer could not serialize a loaded value. The caller got the value, but it was not cached. */
  readonly 'not-cached': { readonly error: unknown };
  /**
   * A load ran for so long that it is considered dead: another load may start in its place. `running`: how many loads
   * are running now, without those that are considered dead.
   */
  readonly 'load-abandoned': { readonly running: number };
  /**
   * Redis refused a read with an error reply that does not mean an outage. `code`: the first word of the reply, for
   * example NOPERM.
   */
  readonly 'redis-refused': { readonly code: string };
  /**
   * Redis was brought up to date after an outage. `invalidated`: how many invalidations were sent. `written`: how many
   * local copies were written back.
   */
  readonly refilled: { readonly invalidated: number; readonly written: number };
  /**
   * Too many invalidations were waiting to be sent to Redis, so the oldest was dropped. `kept`: how many invalidations
   * are still waiting.
   */
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
  /** Number of loads that were requested but never started, because too many others were running or queued. */
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
