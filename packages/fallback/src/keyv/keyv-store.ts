import { ConfigurationError, type Clock, type Random, type RedisResilience } from '@redis-resilience/core';
import {
  checkArgument,
  checkOptions,
  clockOf,
  countOf,
  durationOf,
  lifetimeOf,
  functionOf,
  objectWith,
  resilienceOf,
  textOf,
  withDefaults,
} from '@redis-resilience/core/kit';
import type { Cache } from '../cache/cache.ts';
import { createCache } from '../cache/create-cache.ts';
import type { Serializer } from '../cache/serializer.ts';
import type { Outbox } from '../outbox/outbox.ts';
import { escapeGlob, scanKeys } from '../scan-keys.ts';

/** Options of {@link createKeyvStore}. */
export interface KeyvStoreOptions {
  /** Prefix of every key in Redis, before Keyv's namespace. Default none. */
  readonly prefix?: string;
  /** Lifetime of a value that is set without a ttl. Default: none, as in Keyv: the value stays until it is deleted. */
  readonly ttlMs?: number;
  /** Maximum memory for local copies. Default 32 MiB; 0 keeps none. */
  readonly maxLocalBytes?: number;
  /** How long a call waits for Redis. Default 200 ms. */
  readonly redisTimeoutMs?: number;
  /**
   * An outbox for the deletes that are made while Redis is unavailable. With an outbox that has a `path`, these deletes
   * survive a crash. Default: the store keeps the deletes in memory.
   */
  readonly outbox?: Outbox;
  /** Sources of time and randomness, for tests. Default: those of the RedisResilience. */
  readonly clock?: Clock;
  readonly random?: Random;
}

const defaults = { prefix: '' };
// Every cache entry needs an expiry, so a value without a ttl expires after a hundred years.
const noTtlMs = 100 * 365 * 24 * 60 * 60 * 1000;
const scanCount = 500;
const rememberInvalidatedMs = 600_000;

// The values that Keyv passes to its store are already serialized.
const textSerializer: Serializer = {
  serialize: (value) => String(value),
  deserialize: (data) => data.toString('utf8'),
};

/** A storage adapter for Keyv 5 and 6, which {@link createKeyvStore} creates. */
export class KeyvStore {
  readonly opts: Record<string, unknown> = { dialect: 'redis' };
  namespace: string | undefined;
  readonly #resilience: RedisResilience;
  readonly #prefix: string;
  readonly #ttlMs: number;
  readonly #cache: Cache;
  #keysAreBare = false;

  constructor(resilience: RedisResilience, options: KeyvStoreOptions) {
    const settings = withDefaults(defaults, options);
    this.#resilience = resilience;
    this.#prefix = settings.prefix;
    this.#ttlMs = settings.ttlMs ?? noTtlMs;
    this.#cache = createCache(resilience, {
      ...settings,
      rememberInvalidatedMs,
      ttlJitterRatio: 0,
      serializer: textSerializer,
    });
  }

  /**
   * Keyv 6 passes keys without their namespace, and Keyv 5 passes keys with it. The two versions are distinguished by
   * this property: only Keyv 6 reads `capabilities`, and it does so before any other call.
   */
  get capabilities(): undefined {
    this.#keysAreBare = true;
    return undefined;
  }

  get<T>(key: string): Promise<T | undefined> {
    return this.#cache.get<T>(this.#nameOf(key));
  }

  getMany<T>(keys: string[]): Promise<(T | undefined)[]> {
    return Promise.all(keys.map((key) => this.get<T>(key)));
  }

  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    await this.#cache.set(this.#nameOf(key), value, { ttlMs: ttl ?? this.#ttlMs });
    return true;
  }

  async setMany(entries: { key: string; value: unknown; ttl?: number }[]): Promise<boolean[]> {
    return Promise.all(entries.map(({ key, value, ttl }) => this.set(key, value, ttl)));
  }

  async has(key: string): Promise<boolean> {
    return (await this.#cache.peek(this.#nameOf(key))) !== undefined;
  }

  hasMany(keys: string[]): Promise<boolean[]> {
    return Promise.all(keys.map((key) => this.has(key)));
  }

  /**
   * Deletes a value. Returns whether the value existed in Redis or, while Redis is unavailable, among the local copies.
   */
  async delete(key: string): Promise<boolean> {
    const existed = await this.has(key);
    await this.#cache.invalidate(this.#nameOf(key));
    return existed;
  }

  /** For Keyv 5, returns whether all of the values existed. For Keyv 6, returns whether each value existed. */
  async deleteMany(keys: string[]): Promise<boolean | boolean[]> {
    const existed = await Promise.all(keys.map((key) => this.delete(key)));
    return this.#keysAreBare ? existed : existed.every(Boolean);
  }

  /**
   * Iterates over every key and value of the namespace, in no particular order.
   *
   * @throws one of core's errors while Redis is unavailable
   */
  async *iterator<T>(namespace?: string): AsyncGenerator<[key: string, value: T]> {
    const start = this.#prefix + startOf(namespace);
    for await (const keys of scanKeys(this.#resilience.client, `${escapeGlob(start)}*`, scanCount)) {
      const shown = (this.#keysAreBare ? start : this.#prefix).length;
      const values = await Promise.all(keys.map((key) => this.#cache.get<T>(key.slice(this.#prefix.length))));
      for (const [index, value] of values.entries()) {
        if (value !== undefined) yield [keys[index]?.slice(shown) ?? '', value];
      }
    }
  }

  /**
   * Removes every key of the namespace. A process that cannot reach Redis during this call may later write its local
   * copy of a removed value back.
   *
   * @throws one of core's errors while Redis is unavailable; {@link ConfigurationError} when there is neither a
   * namespace nor a prefix, because that would remove every key in the database
   */
  async clear(): Promise<void> {
    const start = this.#prefix + startOf(this.namespace);
    if (start === '') {
      throw new ConfigurationError(
        'clear() would remove every key of the database: give createKeyvStore a prefix, or Keyv a namespace.',
      );
    }
    const { client } = this.#resilience;
    for await (const keys of scanKeys(client, `${escapeGlob(start)}*`, scanCount)) {
      await this.#cache.invalidate(keys.map((key) => key.slice(this.#prefix.length)));
      // One UNLINK for each key, because on a Cluster the keys may be on different nodes.
      await Promise.all(keys.map((key) => client.unlink(key)));
    }
  }

  /** Keyv listens for errors of its store; this store emits none. */
  on(): this {
    return this;
  }

  async disconnect(): Promise<void> {
    this.#cache.close();
  }

  // Returns the same key for both versions of Keyv, so that Keyv 6 finds a value that was stored through Keyv 5.
  #nameOf(key: string): string {
    return this.#keysAreBare ? startOf(this.namespace) + key : key;
  }
}

/**
 * Creates a store for Keyv, and therefore for cache-manager and `@nestjs/cache-manager`. Reads and writes wait at most
 * `redisTimeoutMs` for Redis. While Redis is unavailable, reads return local copies, and writes and deletes are kept
 * until Redis is back.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 * @example
 * const keyv = new Keyv({ store: createKeyvStore(resilience) });
 * CacheModule.registerAsync({ inject: [getRedisResilienceToken()], useFactory: (r) => ({ stores: [createKeyvStore(r)] }) });
 */
export function createKeyvStore(resilience: RedisResilience, options: KeyvStoreOptions = {}): KeyvStore {
  checkArgument('createKeyvStore.resilience', resilience, resilienceOf);
  checkOptions<KeyvStoreOptions>('createKeyvStore', options, {
    prefix: textOf,
    ttlMs: lifetimeOf(1),
    maxLocalBytes: countOf(0),
    redisTimeoutMs: durationOf(1),
    outbox: objectWith('add', 'drain'),
    clock: clockOf,
    random: functionOf,
  });
  return new KeyvStore(resilience, options);
}

function startOf(namespace: string | undefined): string {
  return namespace === undefined ? '' : `${namespace}:`;
}
