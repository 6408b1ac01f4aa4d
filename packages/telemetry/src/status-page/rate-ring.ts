import type { Rate } from '../browser/page-state.ts';
import { lanes, type CommandTally } from '../measure/command-tally.ts';
import { commandBounds, quantile } from '../measure/durations.ts';

const maxSeconds = 120;

/** How many commands there were in each of the last 120 seconds, and how long they took. */
export class RateRing {
  readonly #tally: CommandTally;
  readonly #rates: Rate[] = [];
  #before: Totals;
  #sampledAt: number;

  /** `now`: milliseconds since the epoch. */
  constructor(tally: CommandTally, now: number) {
    this.#tally = tally;
    this.#before = totalsOf(tally);
    this.#sampledAt = now;
  }

  /** Forgets what was counted since the last sample: counting was interrupted. */
  restart(now: number): void {
    this.#before = totalsOf(this.#tally);
    this.#sampledAt = now;
  }

  /** Takes what was counted since the last sample as one entry. */
  sample(now: number): void {
    const seconds = Math.max(0.001, (now - this.#sampledAt) / 1000);
    const totals = totalsOf(this.#tally);
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

function totalsOf(tally: CommandTally): Totals {
  const counts = Array.from(tally.read.durations.counts, (count, index) => {
    return count + (tally.write.durations.counts[index] as number);
  });
  let [ok, failed] = [0, 0];
  for (const lane of lanes) {
    const { ok: answered, refused, rejected, timeout, unknown } = tally[lane].outcomes;
    // An error that the server answers with is an answer.
    ok += answered + refused;
    failed += rejected + timeout + unknown;
  }
  return { ok, failed, counts };
}
