import { isRedisResilienceError, type ErrorCode } from '../errors.ts';
import type { Lane } from '../snapshot.ts';

/** Upper bounds of the buckets of {@link DurationTotals}, in milliseconds. */
export const durationBoundsMs: readonly number[] = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500];

/** How a command ended: `ok`, `REPLY` (the server replied with an error), or the code of an error of this library. */
export type CommandResult = 'ok' | 'REPLY' | ErrorCode;

/** A histogram of durations. Its counts are never reset. */
export interface DurationTotals {
  /**
   * Count per bucket of {@link durationBoundsMs}, not cumulative; an additional last bucket counts all longer
   * durations.
   */
  readonly buckets: ArrayLike<number>;
  readonly count: number;
  readonly sumMs: number;
}

/**
 * How all reads, or all writes, have ended since the `RedisResilience` was created. The counts are never reset.
 */
export interface LaneTotals {
  readonly results: Readonly<Record<CommandResult, number>>;
  /**
   * Durations of commands that were sent. A command that got a reply is measured from when it was last sent; one that
   * got none, from when it was issued.
   */
  readonly durations: DurationTotals;
  /** Waiting times of commands that were never sent. */
  readonly waits: DurationTotals;
}

/** Counts durations; `record` allocates nothing, except on the first call. */
export class Durations implements DurationTotals {
  #buckets: number[] | undefined;
  #sumMs = 0;

  get buckets(): ArrayLike<number> {
    return this.#buckets ?? zeros;
  }

  get count(): number {
    return this.#buckets?.reduce((sum, count) => sum + count, 0) ?? 0;
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  record(durationMs: number): void {
    const buckets = (this.#buckets ??= [...zeros]);
    let bucket = 0;
    while (durationMs > (boundsMs[bucket] as number)) bucket++;
    (buckets[bucket] as number)++;
    this.#sumMs += durationMs;
  }
}

const boundsMs = Float64Array.from([...durationBoundsMs, Infinity]);
const zeros: readonly number[] = Object.freeze(Array.from(boundsMs, () => 0));

const noDurations: DurationTotals = new Durations();

class LaneCount implements LaneTotals {
  #durations: Durations | undefined;
  #waits: Durations | undefined;
  #failures: Readonly<Failures> = noFailures;

  get durations(): DurationTotals {
    return this.#durations ?? noDurations;
  }

  get waits(): DurationTotals {
    return this.#waits ?? noDurations;
  }

  /** Counts a command that was sent. */
  took(durationMs: number): void {
    this.#durations ??= new Durations();
    this.#durations.record(durationMs);
  }

  /** Counts a command that was never sent. */
  wait(durationMs: number): void {
    this.#waits ??= new Durations();
    this.#waits.record(durationMs);
  }

  get results(): Readonly<Record<CommandResult, number>> {
    let ok = this.durations.count + this.waits.count;
    for (const count of Object.values(this.#failures)) ok -= count;
    return { ok, ...this.#failures };
  }

  fail(failure: Error): void {
    const result = isRedisResilienceError(failure) ? failure.code : 'REPLY';
    this.#failures = { ...this.#failures, [result]: this.#failures[result] + 1 };
  }
}

type Failures = Record<Exclude<CommandResult, 'ok'>, number>;

const noFailures: Readonly<Failures> = {
  REPLY: 0,
  REDIS_UNAVAILABLE: 0,
  CIRCUIT_OPEN: 0,
  COMMAND_TIMEOUT: 0,
  OUTCOME_UNKNOWN: 0,
  OVERLOADED: 0,
  WATCH_LOST: 0,
  LEASE_ENDED: 0,
  BUDGET_EXCEEDED: 0,
  CONFIGURATION: 0,
};

/**
 * Counts all commands. Counting a successful command costs two additions, and allocates nothing after the first one.
 */
export class Totals implements Readonly<Record<Lane, LaneTotals>> {
  readonly read = new LaneCount();
  readonly write = new LaneCount();

  count(lane: Lane, durationMs: number, failure: Error | undefined, sends: number): void {
    const counts = lane === 'read' ? this.read : this.write;
    if (sends > 0) counts.took(durationMs);
    else counts.wait(durationMs);
    if (failure !== undefined) counts.fail(failure);
  }
}
