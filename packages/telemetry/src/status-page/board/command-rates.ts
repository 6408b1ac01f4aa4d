import type { Rate } from '../page-state.ts';
import type { RedisResilience } from '@redis-resilience/core';
import { lanes, type CommandTotals } from '../../measure/command-points.ts';
import { commandBounds, quantile } from '../../measure/durations.ts';

const maxSeconds = 120;

/** Keeps the number of commands per second, and how long they took, for each of the last 120 seconds. */
export class CommandRates {
  readonly #resilience: RedisResilience;
  readonly #rates: Rate[] = [];
  #before: Totals;
  #sampledAt: number;

  /** `now` is the time in milliseconds since the epoch. */
  constructor(resilience: RedisResilience, now: number) {
    this.#resilience = resilience;
    this.#before = totalsOf(resilience.detail().commands);
    this.#sampledAt = now;
  }

  /** Adds one entry, for the commands since the last call of this method. */
  sample(now: number): void {
    const seconds = Math.max(0.001, (now - this.#sampledAt) / 1000);
    const totals = totalsOf(this.#resilience.detail().commands);
    const before = this.#before;
    const took = quantile(
      commandBounds,
      totals.counts.map((count, index) => count - (before.counts[index] as number)),
      0.95,
    );
    this.#rates.push({
      at: now,
      perSecond: (totals.ok - before.ok) / seconds,
      failedPerSecond: (totals.failed - before.failed) / seconds,
      p95Ms: took === undefined ? null : took * 1000,
    });
    while ((this.#rates[0]?.at ?? now) < now - maxSeconds * 1000) this.#rates.shift();
    this.#before = totals;
    this.#sampledAt = now;
  }

  rates(): readonly Rate[] {
    return this.#rates;
  }
}

interface Totals {
  readonly ok: number;
  readonly failed: number;
  readonly counts: readonly number[];
}

function totalsOf(commands: CommandTotals): Totals {
  const counts = Array.from(commands.read.durations.buckets, (count, index) => {
    return count + (commands.write.durations.buckets[index] as number);
  });
  let [ok, all] = [0, 0];
  for (const lane of lanes) {
    const { results } = commands[lane];
    // A command that got an error reply counts as answered, too.
    ok += results.ok + results.REPLY;
    for (const count of Object.values(results)) all += count;
  }
  return { ok, failed: all - ok, counts };
}
