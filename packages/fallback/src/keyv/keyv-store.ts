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
  /** Put before every key in Redis, before the namespace of Keyv. Default none. */
  readonly prefix?: string;
  /** Lifetime of a value that Keyv sets without one. Default: none, as in Keyv: it stays until it is deleted. */
  readonly ttlMs?: number;
  /** Memory for local copies. Default 32 MiB; 0 keeps none. */
  readonly maxLocalBytes?: number;
  /** How long a call waits for Redis. Default 200 ms. */
  readonly redisTimeoutMs?: number;
  /** Keeps deletes made while Redis is away; a durable one keeps them over a crash. Default: memory of the store. */
  readonly outbox?: Outbox;
  /** Time and randomness, for tests. */
  readonly clock?: Clock;
  readonly random?: Random;
}

const defaults = { prefix: '' };
// Each entry of a cache ends some day: without a ttl, in a hundred years.
const noTtlMs = 100 * 365 * 24 * 60 * 60 * 1000;
const scanCount = 500;
const rememberInvalidatedMs = 600_000;

// Keyv turns its values into text itself.
const textSerializer: Serializer = {
  serialize: (value) => String(value),
  deserialize: (data) => data.toString('utf8'),
};

/** A storage adapter of Keyv 5 and 6 over a protected connection: see {@link createKeyvStore}. */
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

  /** Keyv 6 asks first what a store can do, and gives it keys without their namespace; Keyv 5 never asks. */
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

  /** Gives whether there was such a value: in Redis, or, while Redis is away, among the local copies. */
  async delete(key: string): Promise<boolean> {
    const existed = await this.has(key);
    await this.#cache.invalidate(this.#nameOf(key));
    return existed;
  }

  /** Gives whether all of them were there; to Keyv 6, which of them. */
  async deleteMany(keys: string[]): Promise<boolean | boolean[]> {
    const existed = await Promise.all(keys.map((key) => this.delete(key)));
    return this.#keysAreBare ? existed : existed.every(Boolean);
  }

  /**
   * Every key and value of the namespace, in no order.
   *
   * @throws an error of core while Redis is away
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
   * Removes every key of the namespace. A process that is cut off from Redis meanwhile may write a copy of a value back.
   *
   * @throws an error of core while Redis is away; {@link ConfigurationError} when there is neither a namespace nor a
   * prefix, because that would remove every key of the database
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
      // One by one, because on a Cluster they lie on several nodes.
      await Promise.all(keys.map((key) => client.unlink(key)));
    }
  }

  /** Keyv listens for errors of its store; this one emits none. */
  on(): this {
    return this;
  }

  async disconnect(): Promise<void> {
    this.#cache.close();
  }

  // The same in both: a value that was stored through Keyv 5 is found through Keyv 6.
  #nameOf(key: string): string {
    return this.#keysAreBare ? startOf(this.namespace) + key : key;
  }
}

/**
 * Makes a store for Keyv, and so for cache-manager and `@nestjs/cache-manager`, that never hangs. While Redis is away,
 * reads come from local copies, and writes and deletes are kept for Redis.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
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
