import type { Clock } from '@redis-resilience/core';
import { LocalCounts } from './local-counts.ts';

interface Window {
  readonly hits: number;
  readonly endsAt: number;
}

/** Counts the requests of each key in fixed time windows, in this process only. */
export class LocalWindows {
  readonly #clock: Clock;
  readonly #windows: LocalCounts<Window>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#windows = new LocalCounts(clock);
  }

  increment(key: string, windowMs: number): { readonly totalHits: number; readonly resetTime: Date } {
    const now = this.#clock.wallNow();
    const { hits, endsAt } = this.#windows.update(key, (known) =>
      known !== undefined && known.endsAt > now
        ? { hits: known.hits + 1, endsAt: known.endsAt }
        : { hits: 1, endsAt: now + windowMs },
    );
    return { totalHits: hits, resetTime: new Date(endsAt) };
  }

  /** Takes over the count that Redis returned, so that counting in this process continues from it. */
  adopt(key: string, hits: number, endsAt: number): void {
    this.#windows.set(key, { hits, endsAt });
  }

  decrement(key: string): void {
    const window = this.#windows.get(key);
    if (window !== undefined && window.hits > 0) this.#windows.set(key, { ...window, hits: window.hits - 1 });
  }

  reset(key: string): void {
    if (this.#windows.get(key) !== undefined) this.#windows.set(key, { hits: 0, endsAt: 0 });
  }
}
