import type { Clock } from '@redis-resilience/core';
import { LRUCache } from 'lru-cache';

const maxKeys = 50_000;

interface Window {
  hits: number;
  readonly endsAt: number;
}

/** Fixed windows that this process counts by itself; at most 50,000 keys. */
export class LocalWindows {
  readonly #clock: Clock;
  readonly #windows = new LRUCache<string, Window>({ max: maxKeys });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  increment(key: string, windowMs: number): { readonly totalHits: number; readonly resetTime: Date } {
    const now = this.#clock.wallNow();
    let window = this.#windows.get(key);
    if (window === undefined || window.endsAt <= now) {
      window = { hits: 0, endsAt: now + windowMs };
      this.#windows.set(key, window);
    }
    window.hits++;
    return { totalHits: window.hits, resetTime: new Date(window.endsAt) };
  }

  /** Takes over the count of Redis, so that counting goes on from there. */
  adopt(key: string, hits: number, endsAt: number): void {
    this.#windows.set(key, { hits, endsAt });
  }

  decrement(key: string): void {
    const window = this.#windows.get(key);
    if (window !== undefined && window.hits > 0) window.hits--;
  }

  reset(key: string): void {
    this.#windows.delete(key);
  }
}
