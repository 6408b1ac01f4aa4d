import type { RedisResilience, TimerHandle } from '@redis-resilience/core';
import type { EventHub } from '@redis-resilience/core/kit';
import { spacedBatches } from '../spaced-batches.ts';
import type { CacheEvents } from './cache-events.ts';
import type { CacheSettings } from './cache-options.ts';
import { invalidationEntry, type CacheEntry } from './entry.ts';
import { keepInRedisMs } from './freshness.ts';
import type { Invalidations } from './invalidations.ts';
import type { LocalCopies } from './local-copies.ts';
import type { RedisEntries } from './redis-entries.ts';

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
  /** What was sent since the last `refilled` event. If a run fails halfway, the next run adds to these numbers. */
  #done = { invalidated: 0, written: 0 };
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
        () => {
          const done = this.#done;
          this.#done = { invalidated: 0, written: 0 };
          if (done.invalidated + done.written > 0) this.#parts.events.emit('refilled', done);
        },
        () => this.noteFailedWrite(),
      )
      .finally(() => {
        this.#isRunning = false;
      });
  }

  async #run(): Promise<void> {
    const isOtherDatabase = this.#isOtherDatabase;
    await this.#sendInvalidations();
    const isRefillDue = this.#isRefillDue && !isOtherDatabase;
    this.#isRefillDue = false;
    this.#isOtherDatabase = false;
    if (isRefillDue) await this.#writeBackCopies();
  }

  async #sendInvalidations(): Promise<void> {
    const { invalidations, entries, writer, settings } = this.#parts;
    for await (const batch of this.#batches(invalidations.pending())) {
      await Promise.all(
        batch.map(async ([key, at]) => {
          await entries.invalidate(key, invalidationEntry(at, writer), settings.rememberInvalidatedMs);
          invalidations.removePending(key, at);
          this.#done.invalidated++;
        }),
      );
    }
  }

  async #writeBackCopies(): Promise<void> {
    const copies = [...this.#parts.local.newestFirst()].slice(0, maxWrittenBack);
    for await (const batch of this.#batches(copies)) await this.#writeBack(batch);
  }

  // Reads the versions in Redis first, so that an entry that Redis still has is not sent again.
  async #writeBack(copies: readonly (readonly [string, CacheEntry])[]): Promise<void> {
    const { entries } = this.#parts;
    const fresh = copies.filter(([, entry]) => this.#keepMs(entry) > 0);
    if (fresh.length === 0) return;
    const versions = await entries.versions(fresh.map(([key]) => key));
    const missing = fresh.filter(([, entry], index) => (versions[index] ?? -1) < entry.at);
    await Promise.all(
      missing.map(async ([key, entry]) => {
        if (await entries.write(key, entry, this.#keepMs(entry))) this.#done.written++;
      }),
    );
  }

  #keepMs(entry: CacheEntry): number {
    const { clock, staleWhileRevalidateMs } = this.#parts.settings;
    return keepInRedisMs(entry, clock.wallNow(), staleWhileRevalidateMs);
  }

  async *#batches<T>(items: readonly T[]): AsyncGenerator<readonly T[]> {
    for await (const batch of spacedBatches(items, this.#parts.settings.clock)) {
      if (this.#isClosed) return;
      yield batch;
    }
  }
}
