import { isAway } from '@redis-resilience/core/kit';
import type { EventHub } from '@redis-resilience/core/kit';
import { refusalCode } from '../server-refusal.ts';
import type { CacheEvents } from './cache-events.ts';
import type { CacheSettings } from './cache-options.ts';
import { decodeEntry, type CacheEntry } from './entry.ts';
import type { Invalidations } from './invalidations.ts';
import type { LocalCopies } from './local-copies.ts';
import type { RedisEntries } from './redis-entries.ts';

/** What was found under a key, and how far past its ttl it is (negative: so much is left). */
export interface Found {
  readonly value: { readonly it: unknown } | undefined;
  readonly entry: CacheEntry;
  readonly source: 'redis' | 'local';
  readonly pastTtlMs: number;
}

/** Nothing usable was found. */
export interface NotFound {
  readonly value: undefined;
}

type Reading = CacheEntry | 'miss' | 'away';

/** Looks for a key in Redis and, where Redis has no fresh value to give, among the local copies. */
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

  async find(key: string): Promise<Found | NotFound> {
    const reading = await this.#read(key);
    if (reading === 'away') {
      this.counts.away++;
      return this.#standIn(key, 0);
    }
    if (reading !== 'miss') {
      const found = this.#usable(key, reading, 'redis');
      if (found.value !== undefined && found.pastTtlMs <= this.#settings.staleWhileRevalidateMs) {
        this.counts.hits++;
        this.#local.keep(key, found.entry);
        return found;
      }
    }
    this.counts.misses++;
    // Redis answered that it has nothing: a copy only stands in for a load that fails.
    return this.#standIn(key, this.#settings.staleWhileRevalidateMs + 1);
  }

  async #read(key: string): Promise<Reading> {
    // The source is there, and guarded: no lookup waits for Redis to come back.
    if (!this.#entries.answers) return 'away';
    let data: Buffer | null;
    try {
      data = await this.#entries.read(this.#settings.prefix + key);
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
    if (entry?.kind === 'invalidated') this.#dropWhatIsCovered(key, entry);
    return entry === undefined || entry.kind === 'invalidated' ? 'miss' : entry;
  }

  #dropWhatIsCovered(key: string, tombstone: CacheEntry): void {
    const copy = this.#local.get(key);
    if (copy !== undefined && this.#invalidations.coveredBy(tombstone, copy)) this.#local.drop(key);
  }

  // `minPastTtlMs`: a copy is at least so much past its ttl, whatever it says itself.
  #standIn(key: string, minPastTtlMs: number): Found | NotFound {
    const copy = this.#local.get(key);
    if (copy === undefined) return { value: undefined };
    const found = this.#usable(key, copy, 'local');
    if (found.value === undefined || found.pastTtlMs > this.#settings.staleIfErrorMs) {
      this.#local.drop(key);
      return { value: undefined };
    }
    return minPastTtlMs === 0 ? found : { ...found, pastTtlMs: Math.max(found.pastTtlMs, minPastTtlMs) };
  }

  #usable(key: string, entry: CacheEntry, source: Found['source']): Found | NotFound {
    if (this.#invalidations.covers(key, entry)) return { value: undefined };
    const value = this.#deserialize(entry);
    if (value === undefined) return { value: undefined };
    return { value, entry, source, pastTtlMs: this.#settings.clock.wallNow() - entry.freshUntil };
  }

  #deserialize({ kind, payload }: CacheEntry): { readonly it: unknown } | undefined {
    if (kind === 'nothing' && payload.length === 0) return { it: undefined };
    try {
      return { it: this.#settings.serializer.deserialize(payload) };
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
