import type { RedisResilience, TimerHandle } from '@redis-resilience/core';
import { pause, type EventHub } from '@redis-resilience/core/kit';
import type { CacheEvents } from './cache-events.ts';
import type { CacheSettings } from './cache-options.ts';
import { invalidationEntry, type CacheEntry } from './entry.ts';
import { keepInRedisMs } from './freshness.ts';
import type { Invalidations } from './invalidations.ts';
import type { LocalCopies } from './local-copies.ts';
import type { RedisEntries } from './redis-entries.ts';

const batchSize = 50;
const pauseMs = 10;
const retryMs = 1000;
const maxWrittenBack = 10_000;

/** The parts of a cache that a {@link Resync} works on. */
export interface ResyncParts {
  readonly settings: CacheSettings;
  readonly writer: string;
  readonly entries: RedisEntries;
  readonly local: LocalCopies;
  readonly invalidations: Invalidations;
  readonly events: EventHub<CacheEvents>;
}

/**
 * Brings Redis up to date after an outage, in batches. Redis first receives the pending invalidations. After the
 * invalidations, local copies that are still fresh are written back, unless Redis has the same version or a newer one.
 * A resync starts when Redis is writable again, and one second after a failed write.
 */
export class Resync {
  readonly #parts: ResyncParts;
  readonly #stopListening: () => void;
  #timer: TimerHandle | undefined;
  #isRunning = false;
  #isRefillDue = false;
  #isOtherDatabase = false;
  #isClosed = false;

  constructor(resilience: RedisResilience, parts: ResyncParts) {
    this.#parts = parts;
    this.#stopListening = resilience.on('change', ({ previous, snapshot }) => {
      if (!snapshot.writes) this.#isRefillDue = true;
      else if (!previous.writes) this.#start();
    });
  }

  /** Call when a write or an invalidation did not reach Redis. */
  noteFailedWrite(): void {
    this.#isRefillDue = true;
    this.#startLater();
  }

  /**
   * Call when another database has come into use. The pending invalidations are sent to the new database. Local copies
   * are not written to the new database; lookups load the values again.
   */
  databaseChanged(): void {
    this.#isOtherDatabase = true;
    this.#start();
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    if (this.#timer !== undefined) this.#parts.settings.clock.clearTimeout(this.#timer);
  }

  #startLater(): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = this.#parts.settings.clock.setTimeout(() => {
      this.#timer = undefined;
      if (this.#isRunning) this.#startLater();
      else this.#start();
    }, retryMs);
    this.#timer.unref?.();
  }

  #start(): void {
    if (this.#isRunning || this.#isClosed) return;
    this.#isRunning = true;
    this.#run()
      .then(
        (done) => {
          if (done.invalidated + done.written > 0) this.#parts.events.emit('refilled', done);
        },
        () => this.noteFailedWrite(),
      )
      .finally(() => {
        this.#isRunning = false;
      });
  }

  async #run(): Promise<CacheEvents['refilled']> {
    const isOtherDatabase = this.#isOtherDatabase;
    const invalidated = await this.#sendInvalidations();
    const isRefillDue = this.#isRefillDue && !isOtherDatabase;
    this.#isRefillDue = false;
    this.#isOtherDatabase = false;
    if (!isRefillDue) return { invalidated, written: 0 };
    return { invalidated, written: await this.#writeBackCopies() };
  }

  async #sendInvalidations(): Promise<number> {
    const { invalidations, entries, writer, settings } = this.#parts;
    const pending = invalidations.pending();
    for await (const batch of this.#batches(pending)) {
      await Promise.all(
        batch.map(async ([key, at]) => {
          await entries.invalidate(key, invalidationEntry(at, writer), settings.rememberInvalidatedMs);
          invalidations.removePending(key, at);
        }),
      );
    }
    return pending.length;
  }

  async #writeBackCopies(): Promise<number> {
    const copies = [...this.#parts.local.newestFirst()].slice(0, maxWrittenBack);
    let written = 0;
    for await (const batch of this.#batches(copies)) written += await this.#writeBack(batch);
    return written;
  }

  // Writes copies back to Redis, and returns how many Redis accepted. Reads the versions in Redis first, so that an
  // entry that Redis still has is not sent again.
  async #writeBack(copies: readonly (readonly [string, CacheEntry])[]): Promise<number> {
    const { entries } = this.#parts;
    const fresh = copies.filter(([, entry]) => this.#keepMs(entry) > 0);
    if (fresh.length === 0) return 0;
    const versions = await entries.versions(fresh.map(([key]) => key));
    const missing = fresh.filter(([, entry], index) => (versions[index] ?? -1) < entry.at);
    const results = await Promise.all(
      missing.map(([key, entry]) => entries.write(key, entry, this.#keepMs(entry))),
    );
    return results.filter(Boolean).length;
  }

  #keepMs(entry: CacheEntry): number {
    const { clock, staleWhileRevalidateMs } = this.#parts.settings;
    return keepInRedisMs(entry, clock.wallNow(), staleWhileRevalidateMs);
  }

  async *#batches<T>(items: readonly T[]): AsyncGenerator<readonly T[]> {
    for (let from = 0; from < items.length && !this.#isClosed; from += batchSize) {
      if (from > 0) await pause(this.#parts.settings.clock, pauseMs);
      yield items.slice(from, from + batchSize);
    }
  }
}
