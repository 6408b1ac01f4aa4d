import type { Clock, RedisResilience, TimerHandle } from '@redis-resilience/core';
import { pause } from '@redis-resilience/core/kit';
import type { CacheEntry } from './entry.ts';
import type { Invalidations } from './invalidations.ts';
import type { LocalCopies } from './local-copies.ts';
import type { RedisEntries } from './redis-entries.ts';

const batchSize = 50;
const pauseMs = 10;
const retryMs = 1000;
const maxRefilled = 10_000;

/** What a {@link Repair} works on. */
export interface RepairParts {
  readonly resilience: RedisResilience;
  readonly clock: Clock;
  readonly prefix: string;
  readonly entries: RedisEntries;
  readonly local: LocalCopies;
  readonly invalidations: Invalidations;
  readonly tombstone: (at: number) => CacheEntry;
  readonly keepTombstoneMs: number;
  /** How long Redis is to keep this entry from now on; nothing when it is not worth writing. */
  readonly keepMs: (entry: CacheEntry) => number | undefined;
  readonly onRepaired: (done: { readonly invalidated: number; readonly written: number }) => void;
}

/**
 * Mends what Redis missed while it was away: first it is told the invalidations, then it is given back what is fresh
 * here and missing or older there, a batch at a time. It begins when Redis takes writes again, and by itself a second
 * after a write that failed.
 */
export class Repair {
  readonly #parts: RepairParts;
  readonly #stopListening: () => void;
  #timer: TimerHandle | undefined;
  #isRunning = false;
  #isRefillDue = false;
  #isClosed = false;

  constructor(parts: RepairParts) {
    this.#parts = parts;
    this.#stopListening = parts.resilience.on('change', ({ previous, snapshot }) => {
      if (!snapshot.writes) this.#isRefillDue = true;
      else if (!previous.writes) this.#begin();
    });
  }

  /** A write, or an invalidation, did not reach Redis. */
  note(): void {
    this.#isRefillDue = true;
    this.#beginLater();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    if (this.#timer !== undefined) this.#parts.clock.clearTimeout(this.#timer);
  }

  #beginLater(): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = this.#parts.clock.setTimeout(() => {
      this.#timer = undefined;
      if (this.#isRunning) this.#beginLater();
      else this.#begin();
    }, retryMs);
    this.#timer.unref?.();
  }

  #begin(): void {
    if (this.#isRunning || this.#isClosed) return;
    this.#isRunning = true;
    this.#run()
      .then(
        (done) => {
          if (done.invalidated + done.written > 0) this.#parts.onRepaired(done);
        },
        () => this.note(),
      )
      .finally(() => {
        this.#isRunning = false;
      });
  }

  async #run(): Promise<{ invalidated: number; written: number }> {
    const invalidated = await this.#tellInvalidations();
    if (!this.#isRefillDue) return { invalidated, written: 0 };
    this.#isRefillDue = false;
    const written = await this.#refill();
    return { invalidated, written };
  }

  async #tellInvalidations(): Promise<number> {
    const { invalidations, entries, prefix, tombstone, keepTombstoneMs, clock } = this.#parts;
    const untold = invalidations.untold();
    for (let from = 0; from < untold.length && !this.#isClosed; from += batchSize) {
      if (from > 0) await pause(clock, pauseMs);
      await Promise.all(
        untold.slice(from, from + batchSize).map(async ([key, at]) => {
          await entries.invalidate(prefix + key, tombstone(at), keepTombstoneMs);
          invalidations.told(key, at);
        }),
      );
    }
    return untold.length;
  }

  async #refill(): Promise<number> {
    const { local, clock } = this.#parts;
    const copies = [...local.newestFirst()].slice(0, maxRefilled);
    let written = 0;
    for (let from = 0; from < copies.length && !this.#isClosed; from += batchSize) {
      if (from > 0) await pause(clock, pauseMs);
      written += await this.#writeBack(copies.slice(from, from + batchSize));
    }
    return written;
  }

  // Versions first: what Redis still has is not sent again.
  async #writeBack(copies: readonly (readonly [string, CacheEntry])[]): Promise<number> {
    const { entries, prefix, keepMs } = this.#parts;
    const worth = copies.filter(([, entry]) => keepMs(entry) !== undefined);
    if (worth.length === 0) return 0;
    const versions = await entries.versions(worth.map(([key]) => prefix + key));
    const missing = worth.filter(([, entry], index) => (versions[index] ?? -1) < entry.at);
    const results = await Promise.all(
      missing.map(([key, entry]) => entries.write(prefix + key, entry, keepMs(entry) ?? 1)),
    );
    return results.filter(Boolean).length;
  }
}
