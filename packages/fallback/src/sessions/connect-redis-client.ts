import type { RedisResilience } from '@redis-resilience/core';
import { checkArgument, resilienceOf } from '@redis-resilience/core/kit';
import { scanKeys } from '../scan-keys.ts';

/** The part of a node-redis client that connect-redis 9 and 10 use. */
export interface ConnectRedisClient {
  get(key: string): Promise<string | null>;
  set(
    key: string,
    value: string,
    options?: { readonly expiration?: { readonly type: 'EX'; readonly value: number } },
  ): Promise<unknown>;
  expire(key: string, seconds: number): Promise<number>;
  del(keys: readonly string[]): Promise<number>;
  mGet(keys: readonly string[]): Promise<(string | null)[]>;
  scanIterator(options: { readonly MATCH: string; readonly COUNT: number }): AsyncIterable<string[]>;
}

/**
 * The protected ioredis client in the words of node-redis, which connect-redis 9 and 10 demand.
 *
 * @example
 * const store = new RedisStore({ client: connectRedisClient(resilience) as never });
 */
export function connectRedisClient(resilience: RedisResilience): ConnectRedisClient {
  checkArgument('connectRedisClient.resilience', resilience, resilienceOf);
  const { client } = resilience;
  return {
    get: (key) => client.get(key),
    set: (key, value, options) =>
      options?.expiration === undefined
        ? client.set(key, value)
        : client.set(key, value, 'EX', options.expiration.value),
    expire: (key, seconds) => client.expire(key, seconds),
    del: async (keys) => (await Promise.all(keys.map((key) => client.del(key)))).reduce((a, b) => a + b, 0),
    mGet: (keys) => Promise.all(keys.map((key) => client.get(key))),
    scanIterator: ({ MATCH, COUNT }) => scanKeys(client, MATCH, COUNT),
  };
}
