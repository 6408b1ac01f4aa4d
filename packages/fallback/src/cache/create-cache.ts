import type { RedisResilience } from '@redis-resilience/core';
import { checkArgument, resilienceOf, sourcesOf } from '@redis-resilience/core/kit';
import type { Cache } from './cache.ts';
import { resolveCacheOptions, type CacheOptions } from './cache-options.ts';
import { ResilientCache } from './resilient-cache.ts';

/**
 * Creates a cache that uses the protected client of `resilience`.
 *
 * On a hit, the value comes from Redis. On a miss, the loader runs once for all callers that request the key at the
 * same time. At most `maxConcurrentLoads` loaders run concurrently. While Redis is unavailable, or when the loader
 * fails, local copies are returned, marked stale. Errors are never cached.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 * @example
 * const cache = createCache(resilience, { ttlMs: 60_000, staleIfErrorMs: 600_000 });
 * const product = await cache.getOrLoad(`product:${id}`, () => db.product(id));
 */
export function createCache(resilience: RedisResilience, options: CacheOptions = {}): Cache {
  checkArgument('createCache.resilience', resilience, resilienceOf);
  return new ResilientCache(resilience, resolveCacheOptions(options, sourcesOf(resilience)));
}
