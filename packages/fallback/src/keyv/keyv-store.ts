import { ConfigurationError, type RedisResilience } from '@redis-resilience/core';
import { createCache, type Cache } from '../cache/cache.ts';
import type { CacheOptions } from '../cache/cache-options.ts';
import type { Serializer } from '../cache/serializer.ts';
import { escapeGlob, scanKeys } from '../scan-keys.ts';

/** Options of {@link createKeyvStore}: those of a cache that concern a store. */
export type KeyvStoreOptions = Pick<
  CacheOptions,
  'prefix' | 'ttlMs' | 'maxLocalBytes' | 'redisTimeoutMs' | 'outbox' | 'clock' | 'random'
>;

const weekMs = 7 * 24 * 60 * 60 * 1000;

// Keyv has made text of its values already.
const textSerializer: Serializer = {
  serialize: (value) => String(value),
  deserialize: (data) => data.toString('utf8'),
};

/** A storage adapter of Keyv over a protected connection. */
export class KeyvStore {
  readonly opts: Record<string, unknown> = { dialect: 'redis' };
  namespace: string | undefined;
  readonly #resilience: RedisResilience;
  readonly #prefix: string;
  readonly #cache: Cache;

  constructor(resilience: RedisResilience, options: KeyvStoreOptions) {
    this.#resilience = resilience;
    this.#prefix = options.prefix ?? '';
    this.#cache = createCache(resilience, {
      ttlMs: weekMs,
      rememberInvalidatedMs: 600_000,
      ...options,
      prefix: this.#prefix,
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
   * Removes every key of the namespace. Fails while Redis is away.
   *
   * @throws {@link ConfigurationError} without a namespace and a prefix: that would be every key of the database
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

  /** Keyv listens for errors of its store; this one has none to tell. */
  on(): this {
    return this;
  }

  async disconnect(): Promise<void> {
    this.#cache.close();
  }
}

/**
 * A store for Keyv, and so for cache-manager and `@nestjs/cache-manager`: nothing hangs while Redis is away. Reads come
 * from local copies, writes and deletes are kept and told to Redis when it is back.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
 * @example
 * const keyv = new Keyv({ store: createKeyvStore(resilience) });
 * CacheModule.registerAsync({ inject: [getRedisResilienceToken()], useFactory: (r) => ({ stores: [createKeyvStore(r)] }) });
 */
export function createKeyvStore(resilience: RedisResilience, options: KeyvStoreOptions = {}): KeyvStore {
  return new KeyvStore(resilience, options);
}
