import KeyvRedis, { createKeyvNonBlocking } from '@keyv/redis';
import { createRedisResilience } from '@redis-resilience/core';
import { createCache as createResilientCache } from '@redis-resilience/fallback/cache';
import { createCache } from 'cache-manager';
import { Cacheable } from 'cacheable';
import { Keyv } from 'keyv';
import type { Closeable, Contestant } from '../contestant.js';
import { guidesOptions, type IoredisSettings } from '../peers/ioredis-peer.js';
import type { Target } from '../peers/peer.js';
import { addressOf, ioredisOf } from './single-clients.js';
import type { Product } from './source.js';

/** A read-through cache: returns the cached value, or loads and caches it. */
export interface ReadThrough extends Closeable {
  lookup(key: string, load: () => Promise<Product>): Promise<Product>;
}

export const cacheTtlMs = 2_000;

/** The caches that applications commonly put in front of a database. */
export const cacheStacks: readonly Contestant<ReadThrough>[] = [
  byHand('by-hand', 'by hand, ioredis', 'ioredis with its defaults', {}),
  byHand(
    'by-hand-guides',
    'by hand, ioredis, guides',
    'ioredis with the options that guides recommend',
    guidesOptions,
  ),
  {
    name: 'cache-manager',
    label: 'cache-manager',
    setup: '`wrap` of cache-manager on Keyv and @keyv/redis, with their defaults',
    packages: ['cache-manager', 'keyv', '@keyv/redis', 'redis'],
    create(target) {
      const store = new Keyv({ store: new KeyvRedis(urlOf(target)) });
      store.on('error', ignore);
      const cache = createCache({ stores: [store], ttl: cacheTtlMs });
      return {
        lookup: (key, load) => cache.wrap(key, load),
        close: () => cache.disconnect().then(ignore),
      };
    },
  },
  cacheable('cacheable', 'cacheable', 'two levels, memory and @keyv/redis, with their defaults', (url) => {
    return new Cacheable({ secondary: new KeyvRedis(url), ttl: cacheTtlMs });
  }),
  cacheable(
    'cacheable-non-blocking',
    'cacheable, non-blocking',
    'the same with `nonBlocking` and `createKeyvNonBlocking`',
    (url) => new Cacheable({ secondary: createKeyvNonBlocking(url), nonBlocking: true, ttl: cacheTtlMs }),
  ),
  {
    name: 'ours',
    label: 'Redis Resilience',
    setup: 'the cache of `@redis-resilience/fallback`, with at most 5 concurrent loads',
    packages: ['@redis-resilience/fallback', 'ioredis'],
    create(target) {
      const resilience = createRedisResilience(addressOf(target));
      const cache = createResilientCache(resilience, { ttlMs: cacheTtlMs, maxConcurrentLoads: 5 });
      return {
        lookup: (key, load) => cache.getOrLoad(key, load),
        close() {
          cache.close();
          return resilience.close({ drainMs: 0 });
        },
      };
    },
  },
];

/** Creates a hand-written cache: GET, and on a miss or a Redis error, load and SET. */
function byHand(
  name: string,
  label: string,
  client: string,
  options: IoredisSettings,
): Contestant<ReadThrough> {
  return {
    name,
    label,
    setup: `GET, and on a miss load and SET, written by hand on ${client}; a Redis error counts as a miss`,
    packages: ['ioredis'],
    create(target) {
      const client = ioredisOf(target, options);
      return {
        async lookup(key, load) {
          const hit = await client.get(key).catch(() => null);
          if (hit !== null) return JSON.parse(hit) as Product;
          const value = await load();
          await client.set(key, JSON.stringify(value), 'PX', cacheTtlMs).catch(ignore);
          return value;
        },
        close: () => Promise.resolve(client.disconnect()),
      };
    },
  };
}

function cacheable(
  name: string,
  label: string,
  setup: string,
  make: (url: string) => Cacheable,
): Contestant<ReadThrough> {
  return {
    name,
    label,
    setup: `\`getOrSet\` of cacheable: ${setup}`,
    packages: ['cacheable', '@keyv/redis', 'redis'],
    create(target) {
      const cache = make(urlOf(target));
      cache.on('error', ignore);
      return {
        async lookup(key, load) {
          const value = await cache.getOrSet(key, load, { throwErrors: true });
          if (value === undefined) throw new Error('No value');
          return value;
        },
        close: () => cache.disconnect(),
      };
    },
  };
}

function urlOf(target: Target): string {
  const { host, port } = addressOf(target);
  return `redis://${host}:${port}`;
}

function ignore(): void {
  // The lookups tell.
}
