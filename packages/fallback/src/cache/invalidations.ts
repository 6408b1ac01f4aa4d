import { LRUCache } from 'lru-cache';
import type { CacheEntry } from './entry.ts';

const maxRemembered = 10_000;

/**
 * The invalidations of this process. The values that they cover are not used again, wherever they come from. Those that
 * Redis does not know yet are pending.
 */
export class Invalidations {
  readonly #writer: string;
  readonly #clockSkewMs: number;
  readonly #recent = new LRUCache<string, number>({ max: maxRemembered });
  readonly #pending = new Map<string, number>();
  #databaseSince = -Infinity;

  constructor(writer: string, clockSkewMs: number) {
    this.#writer = writer;
    this.#clockSkewMs = clockSkewMs;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  record(key: string, at: number): void {
    this.#recent.set(key, at);
  }

  /** The version of a value that is loaded now: newer than every earlier invalidation of the key. */
  versionAt(key: string, now: number): number {
    return Math.max(now, (this.#recent.get(key) ?? -1) + 1);
  }

  /** Whether an invalidation of this process covers the entry. */
  covers(key: string, entry: CacheEntry): boolean {
    const at = this.#recent.get(key) ?? this.#pending.get(key);
    return at !== undefined && this.#isCovered(entry, at, this.#writer);
  }

  /** Whether an invalidation that was read from Redis covers the entry. */
  coveredBy(invalidation: CacheEntry, entry: CacheEntry): boolean {
    return this.#isCovered(entry, invalidation.at, invalidation.writer);
  }

  /** Another database is in use from now on. It does not know the invalidations since `since`: they are pending again. */
  beginDatabase(now: number, since: number): void {
    this.#databaseSince = now;
    for (const [key, at] of this.#recent.entries()) if (at > since) this.addPending(key, at);
  }

  /** Whether the entry was in the database in use before it came into use: it may have been invalidated on another one. */
  isFromBefore(entry: CacheEntry): boolean {
    return this.#isCovered(entry, this.#databaseSince, this.#writer);
  }

  /** Keeps an invalidation for Redis. Gives false when the oldest pending one had to be dropped for it. */
  addPending(key: string, at: number): boolean {
    this.#pending.delete(key);
    this.#pending.set(key, at);
    if (this.#pending.size <= maxRemembered) return true;
    const oldest = this.#pending.keys().next();
    if (oldest.done !== true) this.#pending.delete(oldest.value);
    return false;
  }

  pending(): readonly (readonly [key: string, at: number])[] {
    return [...this.#pending];
  }

  /** Redis knows this invalidation now; a later one of the same key stays pending. */
  removePending(key: string, at: number): void {
    if (this.#pending.get(key) === at) this.#pending.delete(key);
  }

  // The clocks of two processes may differ.
  #isCovered(entry: CacheEntry, at: number, writer: string): boolean {
    return entry.at <= at + (entry.writer === writer ? 0 : this.#clockSkewMs);
  }
}
