// Cache
export { createCache, type Cache, type CacheAnswer, type LookupOptions } from './cache/cache.ts';
export type { CacheOptions } from './cache/cache-options.ts';
export type { CacheEvents, CacheStats } from './cache/cache-events.ts';
export type { LoadContext, Loader } from './cache/flights.ts';
export { jsonSerializer, type Serializer } from './cache/serializer.ts';

// Outbox
export { createOutbox, type AddOptions, type Outbox, type Receipt } from './outbox/outbox.ts';
export type { OutboxOptions } from './outbox/outbox-options.ts';
export type { OutboxEvents, WriteFacts } from './outbox/outbox-events.ts';
export type { DeadLetter, DeadReason } from './outbox/journal.ts';
