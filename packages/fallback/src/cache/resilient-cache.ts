import type { RedisResilience } from '@redis-resilience/core';
import { checkArgument, checkOptions, lifetimeOf, EventHub, keyTextOf } from '@redis-resilience/core/kit';
import { checkLookup, type Cache, type CacheAnswer, type LookupOptions } from './cache.ts';
import type { CacheEvents, CacheStats } from './cache-events.ts';
import type { CacheSettings } from './cache-options.ts';
import { encodeEntry, invalidationEntry, noPayload, type CacheEntry } from './entry.ts';
import { DatabaseFollower } from '../database-follower.ts';
import { invalidationCommand } from '../invalidation-script.ts';
import { EntryFinder, type Found } from './entry-finder.ts';
import { freshForMs, keepInRedisMs, refreshesEarly } from './freshness.ts';
import { Invalidations } from './invalidations.ts';
import { LoaderBulkhead } from './loader-bulkhead.ts';
import { LocalCopies } from './local-copies.ts';
import { RedisEntries } from './redis-entries.ts';
import { Resync } from './resync.ts';
import { SingleFlight, type Loaded, type Loader } from './single-flight.ts';

/** Decides, for each lookup, whether Redis, the local copy, the loader or the fallback provides the value. */
export class ResilientCache implements Cache {
  readonly #settings: CacheSettings;
  readonly #events = new EventHub<CacheEvents>();
  readonly #local: LocalCopies;
  readonly #entries: RedisEntries;
  readonly #finder: EntryFinder;
  readonly #bulkhead: LoaderBulkhead;
  readonly #flights: SingleFlight;
  readonly #invalidations: Invalidations;
  readonly #resync: Resync;
  readonly #follower: DatabaseFollower;
  readonly #writer: string;
  readonly #counts = { loads: 0, loadErrors: 0, stale: 0, fallbacks: 0 };

  constructor(resilience: RedisResilience, settings: CacheSettings) {
    const { clock, random, loadTimeoutMs } = settings;
    this.#settings = settings;
    this.#writer = random().toString(36).slice(2, 12) || '0';
    this.#local = new LocalCopies(settings.maxLocalBytes);
    this.#entries = new RedisEntries(resilience, settings);
    this.#invalidations = new Invalidations(this.#writer, settings.clockSkewMs);
    this.#finder = new EntryFinder(settings, this.#entries, this.#local, this.#invalidations, this.#events);
    this.#bulkhead = new LoaderBulkhead(clock, {
      maxConcurrentLoads: settings.maxConcurrentLoads,
      maxQueuedLoads: settings.maxQueuedLoads,
      abandonMs: Math.max(30_000, 4 * loadTimeoutMs),
      onAbandon: () => this.#events.emit('load-abandoned', { running: this.#bulkhead.running }),
    });
    this.#flights = new SingleFlight(clock, this.#bulkhead, this.#invalidations, loadTimeoutMs);
    this.#resync = new Resync(resilience, {
      settings,
      writer: this.#writer,
      entries: this.#entries,
      local: this.#local,
      invalidations: this.#invalidations,
      events: this.#events,
    });
    this.#follower = new DatabaseFollower(resilience, () => {
      const now = clock.wallNow();
      this.#invalidations.beginDatabase(now, now - settings.rememberInvalidatedMs);
      this.#resync.databaseChanged();
    });
  }

  async getOrLoad<T>(key: string, loader: Loader<T>, options?: LookupOptions<T>): Promise<T> {
    return (await this.lookup(key, loader, options)).value;
  }

  async lookup<T>(key: string, loader: Loader<T>, options: LookupOptions<T> = {}): Promise<CacheAnswer<T>> {
    checkLookup(loader, options);
    checkKey(key);
    const found = await this.#finder.find(key);
    if (found === undefined || !this.#mayAnswerNow(found)) return this.#load(key, loader, options, found);
    if (this.#wantsRefresh(found)) this.#refresh(key, loader, options.ttlMs);
    return this.#answer<T>(found);
  }

  async get<T>(key: string): Promise<T | undefined> {
    return (await this.peek<T>(key))?.value;
  }

  async peek<T>(key: string): Promise<CacheAnswer<T> | undefined> {
    checkKey(key);
    const found = await this.#finder.find(key);
    return found !== undefined && this.#mayAnswerNow(found) ? this.#answer<T>(found) : undefined;
  }

  async set(key: string, value: unknown, options: { readonly ttlMs?: number } = {}): Promise<void> {
    checkOptions('cache.set', options, { ttlMs: lifetimeOf(0) });
    checkKey(key);
    const at = this.#invalidations.versionAt(key, this.#settings.clock.wallNow());
    this.#flights.detach(key);
    await this.#store(key, { value, at, loadMs: 0 }, options.ttlMs);
  }

  async invalidate(keys: string | readonly string[]): Promise<'applied' | 'kept'> {
    const list = Array.isArray(keys) ? (keys as readonly string[]) : [keys as string];
    for (const key of list) checkKey(key);
    const at = this.#settings.clock.wallNow();
    for (const key of list) {
      this.#invalidations.record(key, at);
      this.#flights.detach(key);
      this.#local.drop(key);
    }
    const results = await Promise.all(list.map((key) => this.#invalidateInRedis(key, at)));
    return results.includes('kept') ? 'kept' : 'applied';
  }

  stats(): CacheStats {
    return {
      ...this.#finder.counts,
      ...this.#counts,
      shed: this.#bulkhead.shed,
      loading: this.#bulkhead.running,
      queued: this.#bulkhead.queued,
      localBytes: this.#local.bytes,
      localEntries: this.#local.count,
    };
  }

  on<E extends keyof CacheEvents>(event: E, listener: (payload: CacheEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  close(): void {
    this.#follower.stop();
    this.#resync.close();
    this.#local.clear();
    this.#events.clear();
  }

  // Whether the value is fresh, or its ttl ended so recently that it may be returned while it is reloaded.
  #mayAnswerNow(found: Found): boolean {
    return found.pastTtlMs <= this.#settings.staleWhileRevalidateMs;
  }

  #wantsRefresh({ entry, pastTtlMs }: Found): boolean {
    const { earlyRefreshBeta, random } = this.#settings;
    return pastTtlMs > 0 || refreshesEarly(-pastTtlMs, entry.loadMs, earlyRefreshBeta, random);
  }

  #answer<T>({ value, entry, source, pastTtlMs }: Found): CacheAnswer<T> {
    const stale = source === 'local' || pastTtlMs > 0;
    if (stale) this.#counts.stale++;
    const ageMs = Math.max(0, this.#settings.clock.wallNow() - entry.at);
    return { value: value as T, stale, source, ageMs };
  }

  // Reloads the value in the background, but only if the load can start immediately.
  #refresh<T>(key: string, loader: Loader<T>, ttlMs: number | undefined): void {
    if (this.#flights.isLoading(key) || !this.#bulkhead.hasRoom) return;
    const { loadTimeoutMs } = this.#settings;
    this.#join(key, loader, loadTimeoutMs, ttlMs).catch((error: unknown) => {
      this.#events.emit('load-error', { error, answeredWith: 'stale' });
    });
  }

  async #load<T>(
    key: string,
    loader: Loader<T>,
    options: LookupOptions<T>,
    substitute: Found | undefined,
  ): Promise<CacheAnswer<T>> {
    if (substitute !== undefined && !this.#flights.canJoin(key)) return this.#answer<T>(substitute);
    const { loadTimeoutMs, staleAfterMs } = this.#settings;
    const patienceMs = substitute === undefined ? loadTimeoutMs : Math.min(staleAfterMs, loadTimeoutMs);
    try {
      const { value } = await this.#join(key, loader, patienceMs, options.ttlMs);
      return { value, stale: false, source: 'loader', ageMs: 0 };
    } catch (error) {
      const { fallback } = options;
      const answeredWith =
        substitute !== undefined ? 'stale' : fallback !== undefined ? 'fallback' : 'nothing';
      this.#events.emit('load-error', { error, answeredWith });
      if (substitute !== undefined) return this.#answer<T>(substitute);
      if (fallback === undefined) throw error;
      this.#counts.fallbacks++;
      return { value: await fallback(error), stale: true, source: 'fallback', ageMs: 0 };
    }
  }

  #join<T>(key: string, loader: Loader<T>, patienceMs: number, ttlMs?: number): Promise<Loaded<T>> {
    const counted: Loader<T> = async (context) => {
      this.#counts.loads++;
      try {
        return await loader(context);
      } catch (error) {
        this.#counts.loadErrors++;
        throw error;
      }
    };
    return this.#flights.join(key, counted, patienceMs, (loaded) =>
      this.#store(key, loaded, ttlMs).catch((error: unknown) => this.#events.emit('not-cached', { error })),
    );
  }

  async #store(key: string, loaded: Loaded<unknown>, ttlMs?: number): Promise<void> {
    const { clock, serializer } = this.#settings;
    const { value, at, loadMs } = loaded;
    const freshMs = freshForMs(loaded, ttlMs, this.#settings);
    if (freshMs === 0) {
      this.#local.drop(key);
      return;
    }
    const entry: CacheEntry = {
      kind: value === undefined || value === null ? 'nothing' : 'value',
      at,
      loadMs,
      writer: this.#writer,
      freshUntil: clock.wallNow() + freshMs,
      payload: value === undefined ? noPayload : bytesOf(serializer.serialize(value)),
    };
    this.#local.keep(key, entry);
    const keepMs = keepInRedisMs(entry, clock.wallNow(), this.#settings.staleWhileRevalidateMs);
    try {
      await this.#entries.write(key, entry, keepMs);
    } catch {
      this.#resync.noteFailedWrite();
    }
  }

  async #invalidateInRedis(key: string, at: number): Promise<'applied' | 'kept'> {
    const { prefix, outbox, rememberInvalidatedMs } = this.#settings;
    const invalidation = invalidationEntry(at, this.#writer);
    try {
      await this.#entries.invalidate(key, invalidation, rememberInvalidatedMs);
      return 'applied';
    } catch {
      if (outbox !== undefined) {
        const endsAt = Math.ceil(this.#settings.clock.wallNow() + rememberInvalidatedMs);
        await outbox.add(invalidationCommand, [prefix + key, encodeEntry(invalidation), at, endsAt]);
      } else this.#keepPending(key, at);
      return 'kept';
    }
  }

  #keepPending(key: string, at: number): void {
    const wasKept = this.#invalidations.addPending(key, at);
    if (!wasKept) this.#events.emit('invalidation-dropped', { kept: this.#invalidations.pendingCount });
    this.#resync.noteFailedWrite();
  }
}

function bytesOf(data: string | Buffer): Buffer {
  return typeof data === 'string' ? Buffer.from(data, 'utf8') : Buffer.from(data);
}

function checkKey(key: string): void {
  checkArgument('cache.key', key, keyTextOf);
}
