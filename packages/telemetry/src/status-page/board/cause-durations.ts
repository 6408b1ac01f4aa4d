import type { CauseCode } from '@redis-resilience/core';

// Shorter causes are not shown, because they are only side effects: for example, a server that is killed resets each
// connection once.
const notableMs = 500;

/** Measures how long each cause lasted. There is one cause at a time. */
export class CauseDurations {
  readonly #heldMs = new Map<CauseCode, number>();
  #present: CauseCode | null = null;
  #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  /** Starts measuring this cause; null if none is known. */
  begin(cause: CauseCode | null, now: number): void {
    if (cause === this.#present) return;
    this.#stop(now);
    this.#present = cause;
  }

  /** The cause that lasted longest; null if none was ever known. */
  longest(now: number): CauseCode | null {
    this.#stop(now);
    const byTime = [...this.#heldMs].toSorted(([, left], [, right]) => right - left);
    return byTime[0]?.[0] ?? null;
  }

  /** The other causes that lasted at least half a second, in the order in which they began. */
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
