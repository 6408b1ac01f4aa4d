import { isRedisResilienceError, type ErrorCode } from '../errors.ts';
import type { Lane } from '../snapshot.ts';

/** Upper bounds of the buckets of {@link DurationTotals}, in milliseconds. */
export const durationBoundsMs: readonly number[] = [0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500];

/** How a command ended: `ok`, with an error reply, or with an error of ours. */
export type CommandResult = 'ok' | 'REPLY' | ErrorCode;

/** A histogram. Live: it goes on counting. */
export interface DurationTotals {
  /** How many fell into each bucket of {@link durationBoundsMs}, not cumulated; the last one is beyond all bounds. */
  readonly buckets: ArrayLike<number>;
  readonly count: number;
  readonly sumMs: number;
}

/** What became of the commands of one lane since the start. Live: it goes on counting. */
export interface LaneTotals {
  readonly results: Readonly<Record<CommandResult, number>>;
  /** Of commands that were sent: until their answer, or until they were given up. */
  readonly durations: DurationTotals;
  /** How long commands waited that were never sent. */
  readonly waits: DurationTotals;
}

class Durations implements DurationTotals {
  readonly buckets = new Float64Array(durationBoundsMs.length + 1);
  // In an array of numbers, so that adding to it allocates nothing.
  readonly #sumMs = new Float64Array(1);

  get count(): number {
    return this.buckets.reduce((sum, count) => sum + count, 0);
  }

  get sumMs(): number {
    return this.#sumMs[0] as number;
  }

  record(durationMs: number): void {
    let bucket = 0;
    while (durationMs > (boundsMs[bucket] as number)) bucket++;
    (this.buckets[bucket] as number)++;
    (this.#sumMs[0] as number) += durationMs;
  }
}

const boundsMs = Float64Array.from([...durationBoundsMs, Infinity]);

class LaneCount implements LaneTotals {
  readonly durations = new Durations();
  readonly waits = new Durations();
  readonly #failures: Record<Exclude<CommandResult, 'ok'>, number> = {
    REPLY: 0,
    REDIS_UNAVAILABLE: 0,
    CIRCUIT_OPEN: 0,
    COMMAND_TIMEOUT: 0,
    OUTCOME_UNKNOWN: 0,
    OVERLOADED: 0,
    WATCH_LOST: 0,
    BUDGET_EXCEEDED: 0,
    CONFIGURATION: 0,
  };

  get results(): Readonly<Record<CommandResult, number>> {
    let ok = this.durations.count + this.waits.count;
    for (const count of Object.values(this.#failures)) ok -= count;
    return { ok, ...this.#failures };
  }

  fail(failure: Error): void {
    this.#failures[isRedisResilienceError(failure) ? failure.code : 'REPLY']++;
  }
}

/** Counts all commands, always: an addition to its bucket and to the sum a command, and nothing is allocated. */
export class Totals implements Readonly<Record<Lane, LaneTotals>> {
  readonly read = new LaneCount();
  readonly write = new LaneCount();

  count(lane: Lane, durationMs: number, failure: Error | undefined, sends: number): void {
    const counts = lane === 'read' ? this.read : this.write;
    if (sends > 0) counts.durations.record(durationMs);
    else counts.waits.record(durationMs);
    if (failure !== undefined) counts.fail(failure);
  }
}
