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

// Sessions
export { resilientSessionStore, type CallbackStore } from './sessions/express-session-store.ts';
export { connectRedisClient, type ConnectRedisClient } from './sessions/connect-redis-client.ts';
export {
  koaSessionStore,
  type KoaSessionOptions,
  type KoaStore,
  type ResilientKoaStore,
} from './sessions/koa-session-store.ts';
export type { KeptSessions } from './sessions/session-keeper.ts';
export type { SessionOptions } from './sessions/session-options.ts';

// Locks
export { createLocks, type AcquireOptions, type LockOptions, type Locks } from './locks/create-locks.ts';
export type { Lock } from './locks/held-lock.ts';
