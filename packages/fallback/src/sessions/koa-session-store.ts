import type { RedisResilience } from '@redis-resilience/core';
import {
  type OptionReaders,
  checkArgument,
  checkOptions,
  objectWith,
  resilienceOf,
  sourcesOf,
} from '@redis-resilience/core/kit';
import type { SessionBackend } from './session-backend.ts';
import { SessionKeeper, type KeptSessions } from './session-keeper.ts';
import {
  resolveSessionOptions,
  sessionReaders,
  type SessionOptions,
  type SessionSettings,
} from './session-options.ts';

/** A koa-session store. */
export interface KoaStore {
  get(sid: string, maxAge?: unknown, data?: unknown): Promise<unknown>;
  set(sid: string, session: unknown, maxAge?: unknown, data?: unknown): Promise<unknown>;
  destroy(sid: string, data?: unknown): Promise<unknown>;
}

/** A koa-session store whose sessions survive an outage. */
export interface ResilientKoaStore {
  readonly kept: KeptSessions;
  get(sid: string): Promise<unknown>;
  set(sid: string, session: unknown, maxAge?: unknown): Promise<void>;
  destroy(sid: string): Promise<void>;
}

/** Options of {@link koaSessionStore}. */
export interface KoaSessionOptions extends SessionOptions {
  /**
   * The store that holds the sessions. Default: sessions are stored in Redis as JSON, under keys that begin with
   * `prefix`.
   */
  readonly store?: KoaStore;
}

const readers: OptionReaders<KoaSessionOptions> = {
  ...sessionReaders,
  store: objectWith('get', 'set', 'destroy'),
};

/**
 * Creates a koa-session store whose sessions survive a Redis outage, as {@link resilientSessionStore} does for
 * express-session.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 * @example
 * app.use(session({ store: koaSessionStore(resilience) }, app));
 */
export function koaSessionStore(
  resilience: RedisResilience,
  options: KoaSessionOptions = {},
): ResilientKoaStore {
  checkArgument('koaSessionStore.resilience', resilience, resilienceOf);
  checkOptions('koaSessionStore', options, readers);
  const { store, ...rest } = options;
  const settings = resolveSessionOptions(rest, sourcesOf(resilience));
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
      return json === null ? null : sessionIn(json);
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

function sessionIn(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    // Replaces the parser's error, whose message quotes the session's data.
    throw new SyntaxError('The stored session is not JSON.');
  }
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
