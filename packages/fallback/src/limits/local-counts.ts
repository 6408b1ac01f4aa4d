import { createHash } from 'node:crypto';
import type { Clock } from '@redis-resilience/core';

const maxKeys = 50_000;
/** How many counts are compared when one of them must be evicted. */
const compared = 16;

/** How many requests one client has made. Times are wall-clock times in milliseconds. */
export interface Counted {
  readonly hits: number;
  readonly endsAt: number;
  readonly blockedUntil?: number;
}

interface Place<Count> {
  readonly name: string;
  readonly index: number;
  readonly count: Count;
}

/**
 * The request counts that this process keeps, for at most 50,000 keys. Keys are hashed, so that long keys use no more
 * memory than short ones. To make room for a new key, 16 counts are compared, and one of them is evicted: a count whose
 * window and block have ended, or if there is none, the count with the fewest requests. A flood of new keys therefore
 * does not evict a client that has reached its limit.
 */
export class LocalCounts<Count extends Counted> {
  readonly #clock: Clock;
  readonly #known = new Map<string, Place<Count>>();
  /** All counts, in no particular order. The index `#hand` is where the comparison for the next eviction begins. */
  readonly #places: Place<Count>[] = [];
  #hand = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(key: string): Count | undefined {
    return this.#known.get(hashOf(key))?.count;
  }

  set(key: string, count: Count): void {
    this.#put(hashOf(key), count);
  }

  /** Replaces the count of a key with the result of `next`, and returns the new count. Hashes the key only once. */
  update(key: string, next: (known: Count | undefined) => Count): Count {
    const name = hashOf(key);
    const count = next(this.#known.get(name)?.count);
    this.#put(name, count);
    return count;
  }

  #put(name: string, count: Count): void {
    const index = this.#known.get(name)?.index ?? this.#freePlace();
    const place = { name, index, count };
    this.#places[index] = place;
    this.#known.set(name, place);
  }

  #freePlace(): number {
    if (this.#places.length < maxKeys) return this.#places.length;
    const now = this.#clock.wallNow();
    let least = this.#hand;
    for (let seen = 0; seen < compared; seen++) {
      const index = (this.#hand + seen) % maxKeys;
      if (busynessOf(this.#places[index], now) < busynessOf(this.#places[least], now)) least = index;
    }
    this.#hand = (this.#hand + 1) % maxKeys;
    this.#known.delete((this.#places[least] as Place<Count>).name);
    return least;
  }
}

function busynessOf(place: Place<Counted> | undefined, now: number): number {
  if (place === undefined) return -1;
  const { hits, endsAt, blockedUntil = 0 } = place.count;
  return Math.max(endsAt, blockedUntil) <= now ? -1 : hits;
}

// The application derives the key from the request, so at run time the key may have any type.
function hashOf(key: unknown): string {
  return createHash('sha1').update(String(key)).digest('base64url').slice(0, 22);
}
