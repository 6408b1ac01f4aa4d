import { systemClock, systemRandom, type Clock, type Random } from '@redis-resilience/core';
import {
  booleanOf,
  checkOptions,
  clockOf,
  countOf,
  durationOf,
  folderOf,
  functionOf,
  textOf,
  withDefaults,
} from '@redis-resilience/core/kit';

/** Options of the session stores. All durations in milliseconds. */
export interface SessionOptions {
  /** Put before the keys that remember destroyed sessions, and the channel they are announced on. Default `sess:`. */
  readonly prefix?: string;
  /** Bytes of local copies of sessions. Default 32 MiB. */
  readonly maxLocalBytes?: number;
  /** How long a request waits for Redis. Default 200. */
  readonly timeoutMs?: number;
  /** Life of a session that does not say itself when it ends. Default 86,400,000. */
  readonly ttlMs?: number;
  /** For how long a destroyed session is remembered, so that it never comes back. Default 86,400,000. */
  readonly rememberDestroyedMs?: number;
  /** Whether this instance hears of sessions destroyed on others, on a connection of its own. Default true. */
  readonly listen?: boolean;
  /** Writes kept at once while Redis is away. Default 10,000. */
  readonly maxEntries?: number;
  /** A folder to keep writes in, so that they survive the process. Default: in memory. */
  readonly path?: string;
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
  maxEntries: 10_000,
  clock: systemClock,
  random: systemRandom,
} as const satisfies Omit<Required<SessionOptions>, 'path'>;

/** @throws ConfigurationError that names the option, or the nearest right name */
export function resolveSessionOptions(caller: string, options: SessionOptions): SessionSettings {
  checkOptions<SessionOptions>(caller, options, {
    prefix: textOf,
    maxLocalBytes: countOf(0),
    timeoutMs: durationOf(1),
    ttlMs: durationOf(1),
    rememberDestroyedMs: durationOf(1),
    listen: booleanOf,
    maxEntries: countOf(1),
    path: folderOf,
    clock: clockOf,
    random: functionOf,
  });
  return withDefaults(sessionDefaults, options) as SessionSettings;
}
