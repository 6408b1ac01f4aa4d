import type { Clock, Random } from '@redis-resilience/core';
import {
  booleanOf,
  checkOptions,
  clockOf,
  countOf,
  durationOf,
  folderOf,
  functionOf,
  lifetimeOf,
  oneOf,
  type OptionReaders,
  type Sources,
  withDefaults,
} from '@redis-resilience/core/kit';

/** Options of {@link createOutbox}. */
export interface OutboxOptions {
  /**
   * A folder in which to store pending writes, so that they survive a restart of the process; requires the package
   * `classic-level`. Default: pending writes are kept in memory.
   */
  readonly path?: string;
  /** With `path`: whether `add` waits until the write is on disk, so that it survives a power cut. Default false. */
  readonly fsync?: boolean;
  /** Maximum number of pending writes. Default 10,000. */
  readonly maxEntries?: number;
  /** Maximum size of all pending writes, in bytes: their arguments, plus 200 bytes for each write. Default 16 MiB. */
  readonly maxBytes?: number;
  /**
   * A write that is older than `maxAgeMs` becomes a dead letter. Default 3,600,000 ms; keep it below core's
   * `retry.rememberMs`, which is how long Redis remembers that a write was applied.
   */
  readonly maxAgeMs?: number;
  /**
   * What happens to a write when the outbox is full: `reject` makes `add` throw, `oldest` drops the oldest pending
   * writes, `newest` drops the new write. Default `reject`.
   */
  readonly whenFull?: 'reject' | 'oldest' | 'newest';
  /** Maximum number of dead letters; the oldest are dropped first. Default 1,000. */
  readonly maxDeadLetters?: number;
  /** Maximum number of writes replayed per second, once `rampMs` has passed. Default 2,000. */
  readonly replayPerSecond?: number;
  /** How long the replay rate takes to grow from a tenth of `replayPerSecond` to the full rate. Default 2,000 ms. */
  readonly rampMs?: number;
  /** Maximum number of writes replayed concurrently, each to a different key. Default 64. */
  readonly maxInFlight?: number;
  /** How long `add` waits for Redis before it keeps the write. Default 200 ms. */
  readonly addTimeoutMs?: number;
  /** Sources of time and randomness, for tests. Default: those of the RedisResilience. */
  readonly clock?: Clock;
  readonly random?: Random;
}

export type OutboxSettings = Required<Omit<OutboxOptions, 'path'>> & Pick<OutboxOptions, 'path'>;

/** All defaults of the outbox. */
export const outboxDefaults = {
  fsync: false,
  maxEntries: 10_000,
  maxBytes: 16 * 1024 * 1024,
  maxAgeMs: 3_600_000,
  whenFull: 'reject',
  maxDeadLetters: 1000,
  replayPerSecond: 2000,
  rampMs: 2000,
  maxInFlight: 64,
  addTimeoutMs: 200,
} as const satisfies Omit<Required<OutboxOptions>, 'path' | keyof Sources>;

/** Reads and validates {@link OutboxOptions}. */
export const outboxReaders: OptionReaders<OutboxOptions> = {
  path: folderOf,
  fsync: booleanOf,
  maxEntries: countOf(1),
  maxBytes: countOf(1),
  maxAgeMs: lifetimeOf(1),
  whenFull: oneOf('reject', 'oldest', 'newest'),
  maxDeadLetters: countOf(0),
  replayPerSecond: countOf(1),
  rampMs: durationOf(0),
  maxInFlight: countOf(1),
  addTimeoutMs: durationOf(0),
  clock: clockOf,
  random: functionOf,
};

/** @throws ConfigurationError when an option is unknown or invalid */
export function resolveOutboxOptions(
  caller: string,
  options: OutboxOptions,
  sources: Sources,
): OutboxSettings {
  checkOptions(caller, options, outboxReaders);
  return withDefaults({ ...outboxDefaults, ...sources }, options) as OutboxSettings;
}
