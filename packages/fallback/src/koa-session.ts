export {
  koaSessionStore,
  type KoaSessionOptions,
  type KoaStore,
  type ResilientKoaStore,
} from './sessions/koa-session-store.ts';
export type { KeptSessions } from './sessions/session-keeper.ts';
export type { SessionOptions } from './sessions/session-options.ts';
