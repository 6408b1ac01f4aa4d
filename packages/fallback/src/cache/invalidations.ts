import { LRUCache } from 'lru-cache';
import type { CacheEntry } from './entry.ts';

const maxRemembered = 10_000;

/**
 * The invalidations that this process has made. An invalidation covers every value of its key whose load began before
 * it. A value that an invalidation covers is never used again, whether it comes from Redis, from a local copy or from a
 * load. An invalidation is pending until it has reached Redis.
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

  /**
   * Returns the version for a value whose load begins now, which is higher than the version of every earlier
   * invalidation of the key.
   */
  versionAt(key: string, now: number): number {
    return Math.max(now, (this.#recent.get(key) ?? -1) + 1);
  }

  /** Whether this process invalidated the key after the load of the entry had begun. */
  covers(key: string, entry: CacheEntry): boolean {
    const at = this.#recent.get(key) ?? this.#pending.get(key);
    return at !== undefined && this.#isCovered(entry, at, this.#writer);
  }

  /** Whether an invalidation that was read from Redis was made after the load of the entry had begun. */
  coveredBy(invalidation: CacheEntry, entry: CacheEntry): boolean {
    return this.#isCovered(entry, invalidation.at, invalidation.writer);
  }

  /**
   * Call when another database has come into use. The invalidations that were made after `since` become pending again,
   * because the new database has not received them.
   */
  beginDatabase(now: number, since: number): void {
    this.#databaseSince = now;
    for (const [key, at] of this.#recent.entries()) if (at > since) this.addPending(key, at);
  }

  /**
   * Whether the entry is older than the latest switch to another database, so that it may have been invalidated on that
   * other database.
   */
  isFromBefore(entry: CacheEntry): boolean {
    return this.#isCovered(entry, this.#databaseSince, this.#writer);
  }

  /**
   * Keeps an invalidation until it reaches Redis. Returns false if the oldest pending invalidation had to be dropped to
   * make room.
   */
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

  /** Call when Redis has received this invalidation; a later invalidation of the same key stays pending. */
  removePending(key: string, at: number): void {
    if (this.#pending.get(key) === at) this.#pending.delete(key);
  }

  // Whether an invalidation that `writer` made at the time `at` is later than the load of the entry. If another process
  // created the entry, allows for the difference between the clocks of the two processes.
  #isCovered(entry: CacheEntry, at: number, writer: string): boolean {
    return entry.at <= at + (entry.writer === writer ? 0 : this.#clockSkewMs);
  }
}
