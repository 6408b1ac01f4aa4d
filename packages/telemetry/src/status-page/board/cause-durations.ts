import type { CauseCode } from '@redis-resilience/core';

// What held more shortly tells nothing: a server that is killed resets each connection once.
const notableMs = 500;

/** Measures for how long each cause held, of which there is one at a time. */
export class CauseDurations {
  readonly #heldMs = new Map<CauseCode, number>();
  #present: CauseCode | null = null;
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  /** From now on it is this one; null: none is known. */
  begin(cause: CauseCode | null, now: number): void {
    if (cause === this.#present) return;
    this.#stop(now);
    this.#present = cause;
  }

  /** The one that held longest until now; null when none was ever known. */
  longest(now: number): CauseCode | null {
    this.#stop(now);
    const byTime = [...this.#heldMs].toSorted(([, left], [, right]) => right - left);
    return byTime[0]?.[0] ?? null;
  }

  /** The others that held for a while, in the order in which they began. */
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
