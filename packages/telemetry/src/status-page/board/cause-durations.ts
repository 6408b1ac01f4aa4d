import type { CauseCode } from '@redis-resilience/core';

// A cause that lasted less than half a second is not shown, because it is most often a side effect. For example, when a
// server is killed, the connections are reset at once, but the cause that lasts is that new connections are refused.
const notableMs = 500;

/** Measures how long each cause of an outage lasted. Only one cause is current at any time. */
export class CauseDurations {
  readonly #heldMs = new Map<CauseCode, number>();
  #present: CauseCode | null = null;
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  /** Makes `cause` the current cause; null means that none is known. */
  begin(cause: CauseCode | null, now: number): void {
    if (cause === this.#present) return;
    this.#stop(now);
    this.#present = cause;
  }

  /** Returns the cause that lasted longest; null if no cause was known. */
  longest(now: number): CauseCode | null {
    this.#stop(now);
    const byTime = [...this.#heldMs].toSorted(([, left], [, right]) => right - left);
    return byTime[0]?.[0] ?? null;
  }

  /** Returns the causes that lasted at least half a second, except the longest, in the order in which they began. */
  others(now: number): readonly CauseCode[] {
    const longest = this.longest(now);
    const notable = [...this.#heldMs].filter(([cause, ms]) => cause !== longest && ms >= notableMs);
    return notable.map(([cause]) => cause);
  }

  #stop(now: number): void {
    if (this.#present !== null) {
      const heldMs = this.#heldMs.get(this.#present) ?? 0;
      this.#heldMs.set(this.#present, heldMs + Math.max(0, now - this.#since));
    }
    this.#since = now;
  }
}
