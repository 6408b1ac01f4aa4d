import { systemClock, systemRandom, type Clock, type Random } from '@redis-resilience/core';
import {
  booleanOf,
  checkOptions,
  clockOf,
  countOf,
  durationOf,
  folderOf,
  functionOf,
  oneOf,
  withDefaults,
} from '@redis-resilience/core/kit';

/** Options of {@link createOutbox}. All durations in milliseconds. */
export interface OutboxOptions {
  /** A folder to keep writes in, so that they survive the process. One process at a time. Default: in memory. */
  readonly path?: string;
  /** With `path`: whether a write is kept on the disk itself, against a loss of power, before `add` resolves. Default false. */
  readonly fsync?: boolean;
  /** Writes kept at once. Default 10,000. */
  readonly maxEntries?: number;
  /** Bytes of arguments kept at once. Default 16 MiB. */
  readonly maxBytes?: number;
  /** A write older than this becomes a dead letter. Default 3,600,000; keep it below core's `retry.rememberMs`. */
  readonly maxAgeMs?: number;
  /**
   * What happens to a write for which there is no room: `reject` makes `add` throw, `oldest` drops the oldest kept
   * write, `newest` drops the new one. Default `reject`.
   */
  readonly whenFull?: 'reject' | 'oldest' | 'newest';
  /** Dead letters kept for reading and replaying. Default 1,000. */
  readonly maxDeadLetters?: number;
  /** Writes replayed per second at most, once the ramp is over. Default 2,000. */
  readonly replayPerSecond?: number;
  /** Replay begins with a tenth of that and grows to the whole within this time. Default 2,000. */
  readonly rampMs?: number;
  /** Keys replayed side by side. Default 64. */
  readonly maxInFlight?: number;
  /** How long `add` waits for Redis itself before the write is kept. Default 200. */
  readonly addTimeoutMs?: number;
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
  clock: systemClock,
  random: systemRandom,
} as const satisfies Omit<Required<OutboxOptions>, 'path'>;

/** @throws ConfigurationError that names the option, or the nearest right name */
export function resolveOutboxOptions(options: OutboxOptions, caller = 'createOutbox'): OutboxSettings {
  checkOptions<OutboxOptions>(caller, options, {
    path: folderOf,
    fsync: booleanOf,
    maxEntries: countOf(1),
    maxBytes: countOf(1),
    maxAgeMs: durationOf(1),
    whenFull: oneOf('reject', 'oldest', 'newest'),
    maxDeadLetters: countOf(0),
    replayPerSecond: countOf(1),
    rampMs: durationOf(0),
    maxInFlight: countOf(1),
    addTimeoutMs: durationOf(0),
    clock: clockOf,
    random: functionOf,
  });
  return withDefaults(outboxDefaults, options) as OutboxSettings;
}
