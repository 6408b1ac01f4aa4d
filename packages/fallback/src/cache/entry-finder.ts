import { isAway, type EventHub } from '@redis-resilience/core/kit';
import { refusalCode } from '../server-refusal.ts';
import type { CacheEvents } from './cache-events.ts';
import type { CacheSettings } from './cache-options.ts';
import { decodeEntry, type CacheEntry } from './entry.ts';
import type { Invalidations } from './invalidations.ts';
import type { LocalCopies } from './local-copies.ts';
import type { RedisEntries } from './redis-entries.ts';

/** A value that was found under a key. */
export interface Found {
  readonly value: unknown;
  readonly entry: CacheEntry;
  readonly source: 'redis' | 'local';
  /** How many milliseconds ago the value's ttl ended; negative while the value is fresh. */
  readonly pastTtlMs: number;
}

type Reading = CacheEntry | 'miss' | 'away';

/** Finds the value of a key in Redis, or among the local copies if Redis has no usable value. */
export class EntryFinder {
  readonly counts = { hits: 0, misses: 0, away: 0, corrupt: 0 };
  readonly #settings: CacheSettings;
  readonly #entries: RedisEntries;
  readonly #local: LocalCopies;
  readonly #invalidations: Invalidations;
  readonly #events: EventHub<CacheEvents>;

  constructor(
    settings: CacheSettings,
    entries: RedisEntries,
    local: LocalCopies,
    invalidations: Invalidations,
    events: EventHub<CacheEvents>,
  ) {
    this.#settings = settings;
    this.#entries = entries;
    this.#local = local;
    this.#invalidations = invalidations;
    this.#events = events;
  }

  /** Returns undefined if neither Redis nor this process has a usable value. */
  async find(key: string): Promise<Found | undefined> {
    const reading = await this.#read(key);
    if (reading === 'away') {
      this.counts.away++;
      return this.#findLocal(key);
    }
    if (reading !== 'miss') {
      const found = this.#usable(key, reading, 'redis');
      const isUsable = found !== undefined && found.pastTtlMs <= this.#settings.staleWhileRevalidateMs;
      if (isUsable && !this.#invalidations.isFromBefore(reading)) {
        this.counts.hits++;
        this.#local.keep(key, found.entry);
        return found;
      }
    }
    this.counts.misses++;
    const copy = this.#findLocal(key);
    if (copy === undefined) return undefined;
    // Because Redis has replied that it has no usable value, the local copy counts as too old to be returned
    // immediately: the copy is used only if the load fails, is slow or cannot start.
    return { ...copy, pastTtlMs: Math.max(copy.pastTtlMs, this.#settings.staleWhileRevalidateMs + 1) };
  }

  async #read(key: string): Promise<Reading> {
    // A lookup does not wait for Redis to come back, because the loader can provide the value.
    if (!this.#entries.available) return 'away';
    let data: Buffer | null;
    try {
      data = await this.#entries.read(key);
    } catch (error) {
      if (isAway(error)) return 'away';
      const code = refusalCode(error);
      if (code !== 'WRONGTYPE') {
        this.#events.emit('redis-refused', { code });
        return 'away';
      }
      this.#reportCorrupt('type');
      return 'miss';
    }
    if (data === null) return 'miss';
    const entry = decodeEntry(data);
    if (entry === undefined) this.#reportCorrupt('header');
    if (entry?.kind === 'invalidated') this.#dropCovered(key, entry);
    return entry === undefined || entry.kind === 'invalidated' ? 'miss' : entry;
  }

  #dropCovered(key: string, invalidation: CacheEntry): void {
    const copy = this.#local.get(key);
    if (copy !== undefined && this.#invalidations.coveredBy(invalidation, copy)) this.#local.drop(key);
  }

  #findLocal(key: string): Found | undefined {
    const copy = this.#local.get(key);
    if (copy === undefined) return undefined;
    const found = this.#usable(key, copy, 'local');
    if (found !== undefined && found.pastTtlMs <= this.#settings.staleIfErrorMs) return found;
    this.#local.drop(key);
    return undefined;
  }

  #usable(key: string, entry: CacheEntry, source: Found['source']): Found | undefined {
    if (this.#invalidations.covers(key, entry)) return undefined;
    const decoded = this.#decode(entry);
    if (decoded === undefined) return undefined;
    const { value } = decoded;
    return { value, entry, source, pastTtlMs: this.#settings.clock.wallNow() - entry.freshUntil };
  }

  #decode({ kind, payload }: CacheEntry): { readonly value: unknown } | undefined {
    if (kind === 'nothing' && payload.length === 0) return { value: undefined };
    try {
      return { value: this.#settings.serializer.deserialize(payload) };
    } catch {
      this.#reportCorrupt('value');
      return undefined;
    }
  }

  #reportCorrupt(reason: CacheEvents['corrupt']['reason']): void {
    this.counts.corrupt++;
    this.#events.emit('corrupt', { reason });
  }
}
