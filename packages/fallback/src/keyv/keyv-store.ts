import { ConfigurationError, type Clock, type Random, type RedisResilience } from '@redis-resilience/core';
import {
  checkArgument,
  checkOptions,
  clockOf,
  countOf,
  durationOf,
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
  /** Lifetime of a value that Keyv sets without one. Default 604,800,000 ms: a week. */
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

const defaults = { prefix: '', ttlMs: 7 * 24 * 60 * 60 * 1000 };
const rememberInvalidatedMs = 600_000;

// Keyv turns its values into text itself.
const textSerializer: Serializer = {
  serialize: (value) => String(value),
  deserialize: (data) => data.toString('utf8'),
};

/** A storage adapter of Keyv over a protected connection: see {@link createKeyvStore}. */
export class KeyvStore {
  readonly opts: Record<string, unknown> = { dialect: 'redis' };
  namespace: string | undefined;
  readonly #resilience: RedisResilience;
  readonly #prefix: string;
  readonly #cache: Cache;

  constructor(resilience: RedisResilience, options: KeyvStoreOptions) {
    const settings = withDefaults(defaults, options);
    this.#resilience = resilience;
    this.#prefix = settings.prefix;
    this.#cache = createCache(resilience, {
      ...settings,
      rememberInvalidatedMs,
      ttlJitterRatio: 0,
      serializer: textSerializer,
    });
  }

  get<T>(key: string): Promise<T | undefined> {
    return this.#cache.get<T>(key);
  }

  getMany<T>(keys: string[]): Promise<(T | undefined)[]> {
    return Promise.all(keys.map((key) => this.get<T>(key)));
  }

  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    await this.#cache.set(key, value, ttl === undefined ? {} : { ttlMs: ttl });
    return true;
  }

  async setMany(entries: { key: string; value: unknown; ttl?: number }[]): Promise<boolean[]> {
    return Promise.all(entries.map(({ key, value, ttl }) => this.set(key, value, ttl)));
  }

  async has(key: string): Promise<boolean> {
    return (await this.#cache.peek(key)) !== undefined;
  }

  async delete(key: string): Promise<boolean> {
    await this.#cache.invalidate(key);
    return true;
  }

  async deleteMany(keys: string[]): Promise<boolean> {
    await this.#cache.invalidate(keys);
    return true;
  }

  /**
   * Removes every key of the namespace.
   *
   * @throws an error of core while Redis is away; {@link ConfigurationError} when there is neither a namespace nor a
   * prefix, because that would remove every key of the database
   */
  async clear(): Promise<void> {
    const start = this.#prefix + (this.namespace === undefined ? '' : `${this.namespace}:`);
    if (start === '') {
      throw new ConfigurationError(
        'clear() would remove every key of the database: give createKeyvStore a prefix, or Keyv a namespace.',
      );
    }
    for await (const keys of scanKeys(this.#resilience.client, `${escapeGlob(start)}*`, 500)) {
      await this.#cache.invalidate(keys.map((key) => key.slice(this.#prefix.length)));
    }
  }

  /** Keyv listens for errors of its store; this one emits none. */
  on(): this {
    return this;
  }

  async disconnect(): Promise<void> {
    this.#cache.close();
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
    ttlMs: durationOf(1),
    maxLocalBytes: countOf(0),
    redisTimeoutMs: durationOf(1),
    outbox: objectWith('add', 'drain'),
    clock: clockOf,
    random: functionOf,
  });
  return new KeyvStore(resilience, options);
}
