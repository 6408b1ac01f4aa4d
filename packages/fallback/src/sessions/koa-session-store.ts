import type { RedisResilience } from '@redis-resilience/core';
import { checkArgument, objectWith, resilienceOf } from '@redis-resilience/core/kit';
import type { SessionBackend } from './session-backend.ts';
import { SessionKeeper, type KeptSessions } from './session-keeper.ts';
import { resolveSessionOptions, type SessionOptions, type SessionSettings } from './session-options.ts';

/** What koa-session asks of a store. */
export interface KoaStore {
  get(sid: string, maxAge?: unknown, data?: unknown): Promise<unknown>;
  set(sid: string, session: unknown, maxAge?: unknown, data?: unknown): Promise<unknown>;
  destroy(sid: string, data?: unknown): Promise<unknown>;
}

/** A store of koa-session whose sessions outlive an outage. */
export interface ResilientKoaStore {
  readonly kept: KeptSessions;
  get(sid: string): Promise<unknown>;
  set(sid: string, session: unknown, maxAge?: unknown): Promise<void>;
  destroy(sid: string): Promise<void>;
}

/** Options of {@link koaSessionStore}. */
export interface KoaSessionOptions extends SessionOptions {
  /** The store that holds the sessions. Default: Redis, as JSON under `prefix`. */
  readonly store?: KoaStore;
}

/**
 * A store for koa-session whose sessions outlive an outage of Redis: see {@link resilientSessionStore}.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
 * @example
 * app.use(session({ store: koaSessionStore(resilience) }, app));
 */
export function koaSessionStore(
  resilience: RedisResilience,
  options: KoaSessionOptions = {},
): ResilientKoaStore {
  checkArgument('koaSessionStore.resilience', resilience, resilienceOf);
  const { store, ...rest } = options;
  const settings = resolveSessionOptions('koaSessionStore', rest);
  if (store !== undefined) checkArgument('koaSessionStore.store', store, objectWith('get', 'set', 'destroy'));
  const backend = store === undefined ? redisBackend(resilience, settings) : backendOf(store);
  const keeper = new SessionKeeper(resilience, backend, settings);
  return {
    kept: keeper,
    get: (sid) => keeper.get(sid),
    set: (sid, session, maxAge) => keeper.set(sid, session, typeof maxAge === 'number' ? maxAge : undefined),
    destroy: (sid) => keeper.destroy(sid),
  };
}

function redisBackend({ client }: RedisResilience, { prefix }: SessionSettings): SessionBackend {
  return {
    async get(sid) {
      const json = await client.get(prefix + sid);
      return json === null ? null : (JSON.parse(json) as unknown);
    },
    async set(sid, data, leftMs) {
      await client.set(prefix + sid, JSON.stringify(data), 'PX', Math.max(1, Math.ceil(leftMs)));
    },
    touch: undefined,
    async destroy(sid) {
      await client.del(prefix + sid);
    },
  };
}

function backendOf(store: KoaStore): SessionBackend {
  return {
    get: (sid) => store.get(sid, undefined, {}),
    async set(sid, data, leftMs) {
      await store.set(sid, data, Math.ceil(leftMs), {});
    },
    touch: undefined,
    async destroy(sid) {
      await store.destroy(sid, {});
    },
  };
}
