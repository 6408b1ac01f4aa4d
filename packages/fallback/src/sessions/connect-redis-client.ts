import type { Cluster, Redis } from 'ioredis';
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

const keysPerCommand = 500;

/**
 * Returns an object with the node-redis methods that connect-redis 9 and 10 call. The commands are sent by the
 * protected ioredis client.
 *
 * On a single server, `mGet` and `del` send one MGET or DEL per 500 keys. On a Cluster, the keys are in different
 * slots, so each key gets its own GET or DEL.
 *
 * @throws {@link ConfigurationError} when `resilience` is not a RedisResilience
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
    async del(keys) {
      const counts = isCluster(client)
        ? await Promise.all(keys.map((key) => client.del(key)))
        : await inBatches(keys, (batch) => client.del([...batch]));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    async mGet(keys) {
      if (isCluster(client)) return Promise.all(keys.map((key) => client.get(key)));
      return (await inBatches(keys, (batch) => client.mget([...batch]))).flat();
    },
    scanIterator: ({ MATCH, COUNT }) => scanKeys(client, MATCH, COUNT),
  };
}

function isCluster(client: Redis | Cluster): client is Cluster {
  return 'nodes' in client;
}

async function inBatches<T>(
  keys: readonly string[],
  run: (batch: readonly string[]) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (let from = 0; from < keys.length; from += keysPerCommand) {
    results.push(await run(keys.slice(from, from + keysPerCommand)));
  }
  return results;
}
