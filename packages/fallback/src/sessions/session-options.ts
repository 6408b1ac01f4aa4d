import type { Clock, Random } from '@redis-resilience/core';
import {
  booleanOf,
  clockOf,
  countOf,
  durationOf,
  folderOf,
  functionOf,
  lifetimeOf,
  type OptionReaders,
  type Sources,
  textOf,
  withDefaults,
} from '@redis-resilience/core/kit';

/** Options of the session stores. */
export interface SessionOptions {
  /**
   * Prefix of the session keys; for a wrapped store, this must be the store's own prefix. The keys that mark destroyed
   * sessions, and the Pub/Sub channel that announces them, also contain this prefix. Default: the
   * `prefix` of the wrapped express-session store, otherwise `sess:`.
   */
  readonly prefix?: string;
  /** Maximum memory for local copies of sessions. Default 32 MiB. */
  readonly maxLocalBytes?: number;
  /** How long a request waits for Redis. Default 200 ms. */
  readonly timeoutMs?: number;
  /** Lifetime of a session whose data does not say when it ends. Default 86,400,000 ms: one day. */
  readonly ttlMs?: number;
  /**
   * Minimum time for which the id of a destroyed session is remembered, so that the session does not come back. If the
   * session would have lived longer, its id is remembered until the session would have expired. `rememberDestroyedMs`
   * is also the maximum age of a pending write. Default 86,400,000 ms: one day.
   */
  readonly rememberDestroyedMs?: number;
  /**
   * Whether this instance listens, on a separate connection, for sessions that are destroyed on other instances.
   * Default true.
   */
  readonly listen?: boolean;
  /**
   * Whether sessions are restored from local copies after Redis has lost its data. A session that was deleted with DEL
   * or FLUSHDB shortly before the loss may then come back. With `false`, no session is restored, so a loss of data ends
   * all sessions. Default true.
   */
  readonly restoreLost?: boolean;
  /**
   * Maximum number of pending writes while Redis is unavailable. The oldest writes are dropped when there are more, or
   * when all pending writes together exceed 16 MiB. Default 10,000.
   */
  readonly maxEntries?: number;
  /**
   * A folder in which to store pending writes, so that they survive a restart of the process; requires the package
   * `classic-level`. Default: pending writes are kept in memory.
   */
  readonly path?: string;
  /** Sources of time and randomness, for tests. Default: those of the RedisResilience. */
  readonly clock?: Clock;
  readonly random?: Random;
}

export type SessionSettings = Required<Omit<SessionOptions, 'path'>> & Pick<SessionOptions, 'path'>;

const dayMs = 86_400_000;

/** All defaults of the session stores. */
export const sessionDefaults = {
  prefix: 'sess:',
  maxLocalBytes: 32 * 1024 * 1024,
  timeoutMs: 200,
  ttlMs: dayMs,
  rememberDestroyedMs: dayMs,
  listen: true,
  restoreLost: true,
  maxEntries: 10_000,
} as const satisfies Omit<Required<SessionOptions>, 'path' | keyof Sources>;

/** Reads and validates {@link SessionOptions}. */
export const sessionReaders: OptionReaders<SessionOptions> = {
  prefix: textOf,
  maxLocalBytes: countOf(0),
  timeoutMs: durationOf(1),
  ttlMs: lifetimeOf(1),
  rememberDestroyedMs: lifetimeOf(1),
  listen: booleanOf,
  restoreLost: booleanOf,
  maxEntries: countOf(1),
  path: folderOf,
  clock: clockOf,
  random: functionOf,
};

/** Returns the options with every default filled in. */
export function resolveSessionOptions(options: SessionOptions, sources: Sources): SessionSettings {
  return withDefaults({ ...sessionDefaults, ...sources }, options) as SessionSettings;
}
