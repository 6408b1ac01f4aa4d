import { LRUCache } from 'lru-cache';
import type { CacheEntry } from './entry.ts';

const maxRemembered = 10_000;

/**
 * The invalidations made in this process: none of the values they cover is used again, wherever it turns up; and those
 * that Redis has not been told of yet.
 */
export class Invalidations {
  readonly #writer: string;
  readonly #clockSkewMs: number;
  readonly #onForgotten: () => void;
  readonly #recent = new LRUCache<string, number>({ max: maxRemembered });
  readonly #untold = new Map<string, number>();

  constructor(writer: string, clockSkewMs: number, onForgotten: () => void) {
    this.#writer = writer;
    this.#clockSkewMs = clockSkewMs;
    this.#onForgotten = onForgotten;
  }

  get untoldCount(): number {
    return this.#untold.size;
  }

  record(key: string, at: number): void {
    this.#recent.set(key, at);
  }

  /** The version of what is made now: newer than any invalidation of the key made before it. */
  versionAt(key: string, now: number): number {
    return Math.max(now, (this.#recent.get(key) ?? -1) + 1);
  }

  /** Whether an invalidation of this process's covers the entry. */
  covers(key: string, entry: CacheEntry): boolean {
    const at = this.#recent.get(key) ?? this.#untold.get(key);
    if (at === undefined) return false;
    return entry.at <= at + (entry.writer === this.#writer ? 0 : this.#clockSkewMs);
  }

  /** Whether this invalidation, read from Redis, covers the entry. */
  coveredBy(tombstone: CacheEntry, entry: CacheEntry): boolean {
    return entry.at <= tombstone.at + (entry.writer === tombstone.writer ? 0 : this.#clockSkewMs);
  }

  keepUntold(key: string, at: number): void {
    this.#untold.delete(key);
    this.#untold.set(key, at);
    if (this.#untold.size <= maxRemembered) return;
    const oldest = this.#untold.keys().next();
    if (oldest.done !== true) this.#untold.delete(oldest.value);
    this.#onForgotten();
  }

  untold(): readonly (readonly [string, number])[] {
    return [...this.#untold];
  }

  told(key: string, at: number): void {
    if (this.#untold.get(key) === at) this.#untold.delete(key);
  }
}
