export { createCache } from './cache/create-cache.ts';
export type { Cache, CacheAnswer, LookupOptions } from './cache/cache.ts';
export type { CacheOptions } from './cache/cache-options.ts';
export type { CacheEvents, CacheStats } from './cache/cache-events.ts';
export type { LoadContext, Loader } from './cache/single-flight.ts';
export { jsonSerializer, type Serializer } from './cache/serializer.ts';
