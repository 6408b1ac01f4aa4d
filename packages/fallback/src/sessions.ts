// express-session
export { resilientSessionStore, type CallbackStore } from './sessions/express-session-store.ts';
export { connectRedisClient, type ConnectRedisClient } from './sessions/connect-redis-client.ts';

// koa-session
export {
  koaSessionStore,
  type KoaSessionOptions,
  type KoaStore,
  type ResilientKoaStore,
} from './sessions/koa-session-store.ts';

// Both
export type { KeptSessions } from './sessions/session-keeper.ts';
export type { SessionOptions } from './sessions/session-options.ts';
