import { createHash } from 'node:crypto';
import type { Clock } from '@redis-resilience/core';

const maxKeys = 50_000;
/** Number of windows that are compared to choose one to evict. */
const compared = 16;

interface Window {
  readonly name: string;
  readonly place: number;
  hits: number;
  readonly endsAt: number;
}

/**
 * Fixed windows that this process counts on its own, for at most 50,000 keys. Keys are hashed, so that long keys use no
 * more memory than short ones. When there is no room left, a few windows are compared, and one that has ended, or else
 * the least busy one, is evicted. A flood of other keys therefore does not evict a window that has reached its limit.
 */
export class LocalWindows {
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();
  /** All windows, in no particular order. `#hand` is the index at which the next comparison begins. */
  readonly #places: Window[] = [];
  #hand = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  increment(key: string, windowMs: number): { readonly totalHits: number; readonly resetTime: Date } {
    const now = this.#clock.wallNow();
    const name = hashOf(key);
    const known = this.#windows.get(name);
    const window = known === undefined || known.endsAt <= now ? this.#put(name, 0, now + windowMs) : known;
    window.hits++;
    return { totalHits: window.hits, resetTime: new Date(window.endsAt) };
  }

  /** Adopts the count from Redis, so that counting continues from there. */
  adopt(key: string, hits: number, endsAt: number): void {
    this.#put(hashOf(key), hits, endsAt);
  }

  decrement(key: string): void {
    const window = this.#windows.get(hashOf(key));
    if (window !== undefined && window.hits > 0) window.hits--;
  }

  reset(key: string): void {
    const window = this.#windows.get(hashOf(key));
    if (window !== undefined) this.#put(window.name, 0, 0);
  }

  #put(name: string, hits: number, endsAt: number): Window {
    const place = this.#windows.get(name)?.place ?? this.#freePlace();
    const window = { name, place, hits, endsAt };
    this.#places[place] = window;
    this.#windows.set(name, window);
    return window;
  }

  #freePlace(): number {
    if (this.#places.length < maxKeys) return this.#places.length;
    const now = this.#clock.wallNow();
    let least = this.#hand;
    for (let seen = 0; seen < compared; seen++) {
      const place = (this.#hand + seen) % maxKeys;
      if (busynessOf(this.#places[place], now) < busynessOf(this.#places[least], now)) least = place;
    }
    this.#hand = (this.#hand + 1) % maxKeys;
    this.#windows.delete((this.#places[least] as Window).name);
    return least;
  }
}

function busynessOf(window: Window | undefined, now: number): number {
  return window === undefined || window.endsAt <= now ? -1 : window.hits;
}

function hashOf(key: string): string {
  return createHash('sha1').update(key).digest('base64url').slice(0, 22);
}
