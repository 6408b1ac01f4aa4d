import { LRUCache } from 'lru-cache';
import type { CacheEntry } from './entry.ts';

// Estimated size of an entry without its key and payload, including the overhead of the map.
const overheadBytes = 250;

/** Local copies of entries. The total size of the copies is limited: the least recently used ones are evicted first. */
export class LocalCopies {
  readonly #entries: LRUCache<string, CacheEntry>;

  constructor(maxBytes: number) {
    this.#entries = new LRUCache({
      maxSize: Math.max(1, maxBytes),
      sizeCalculation: (entry, key) => entry.payload.length + 2 * key.length + overheadBytes,
    });
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  get count(): number {
    return this.#entries.size;
  }

  get(key: string): CacheEntry | undefined {
    return this.#entries.get(key);
  }

  /** Stores the entry, unless the key has a newer one. */
  keep(key: string, entry: CacheEntry): void {
    const known = this.#entries.peek(key);
    if (known === undefined || known.at <= entry.at) this.#entries.set(key, entry);
  }

  drop(key: string): void {
    this.#entries.delete(key);
  }

  /** Yields keys and entries, the most recently used first. */
  *newestFirst(): Generator<[string, CacheEntry]> {
    for (const pair of this.#entries.entries()) yield pair;
  }

  clear(): void {
    this.#entries.clear();
  }
}
