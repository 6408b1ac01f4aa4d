export { resilientSessionStore, type CallbackStore } from './sessions/express-session-store.ts';
export { connectRedisClient, type ConnectRedisClient } from './sessions/connect-redis-client.ts';
export type { KeptSessions } from './sessions/session-keeper.ts';
export type { SessionOptions } from './sessions/session-options.ts';
