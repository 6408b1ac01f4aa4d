import { EventEmitter } from 'node:events';
import type { RedisResilience } from '@redis-resilience/core';
import { checkArgument, checkOptions, objectWith, resilienceOf, sourcesOf } from '@redis-resilience/core/kit';
import type { SessionBackend } from './session-backend.ts';
import { SessionKeeper, type KeptSessions } from './session-keeper.ts';
import { resolveSessionOptions, sessionReaders, type SessionOptions } from './session-options.ts';
import { explainWrongClient } from './wrong-store-client.ts';

type Done = (error?: unknown) => void;

/** An express-session store with callbacks, for example connect-redis. */
export interface CallbackStore {
  get(sid: string, callback: (error: unknown, session?: unknown) => void): void;
  set(sid: string, session: unknown, callback?: Done): void;
  destroy(sid: string, callback?: Done): void;
  touch?(sid: string, session: unknown, callback?: Done): void;
  clear?(callback?: Done): void;
  all?(callback: (error: unknown, sessions?: unknown) => void): void;
  length?(callback: (error: unknown, length?: number) => void): void;
  ids?(callback: (error: unknown, sids?: readonly string[]) => void): void;
}

/**
 * Wraps an express-session store, for example connect-redis, so that sessions survive a Redis outage. While Redis is
 * unavailable, sessions are read from local copies and writes are kept and replayed later, so that users stay signed in
 * on this instance. A destroyed session never comes back.
 *
 * `clear()` destroys every session as `destroy()` does, so that none comes back from a copy. All other methods, for
 * example `all()`, are those of the wrapped store.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 * @example
 * const store = new RedisStore({ client: connectRedisClient(resilience) });
 * app.use(session({ store: resilientSessionStore(store, resilience), secret, resave: false, saveUninitialized: false }));
 */
export function resilientSessionStore<S extends CallbackStore>(
  store: S,
  resilience: RedisResilience,
  options: SessionOptions = {},
): S & { readonly kept: KeptSessions } {
  checkArgument('resilientSessionStore.store', store, objectWith('get', 'set', 'destroy'));
  checkArgument('resilientSessionStore.resilience', resilience, resilienceOf);
  checkOptions('resilientSessionStore', options, sessionReaders);
  const keeper = new SessionKeeper(
    resilience,
    backendOf(store),
    resolveSessionOptions({ ...prefixOf(store), ...options }, sourcesOf(resilience)),
  );
  // The wrapper inherits the store's methods, but not its events: after a `disconnect` event, express-session would
  // serve requests without a session.
  const wrapped = Object.create(store) as S & { kept: KeptSessions };
  EventEmitter.call(wrapped as unknown as EventEmitter);
  const own: CallbackStore & { readonly kept: KeptSessions } = {
    kept: keeper,
    get(sid, callback) {
      keeper.get(sid).then((session) => callback(null, session), callback);
    },
    set(sid, session, callback) {
      // The error is replaced only here, because the outbox judges that of the store.
      const done = keeper.set(sid, session).catch((error: unknown) => {
        throw explainWrongClient(store, error);
      });
      settle(done, callback);
    },
    touch(sid, session, callback) {
      settle(keeper.touch(sid, session), callback);
    },
    destroy(sid, callback) {
      settle(keeper.destroy(sid), callback);
    },
  };
  for (const name of ['all', 'length', 'ids'] as const) {
    if (typeof store[name] === 'function') Object.assign(own, { [name]: store[name].bind(store) });
  }
  if (store.clear !== undefined) {
    own.clear = (callback) => settle(keeper.clear(), callback);
  }
  return Object.assign(wrapped, own);
}

function settle(done: Promise<void>, callback: Done | undefined): void {
  done.then(
    () => callback?.(),
    (error: unknown) => callback?.(error),
  );
}

// connect-redis exposes the prefix of its keys.
function prefixOf(store: CallbackStore): SessionOptions {
  const { prefix } = store as { readonly prefix?: unknown };
  return typeof prefix === 'string' ? { prefix } : {};
}

function backendOf(store: CallbackStore): SessionBackend {
  const called = <T>(call: (done: (error: unknown, value?: T) => void) => void): Promise<T> =>
    new Promise((resolve, reject) => {
      call((error, value) => {
        if (error === null || error === undefined) resolve(value as T);
        else reject(error);
      });
    });
  return {
    get: (sid) => called((done) => store.get(sid, done)),
    set: (sid, data) => called<void>((done) => store.set(sid, data, done)),
    touch: hasTouch(store) ? (sid, data) => called<void>((done) => store.touch(sid, data, done)) : undefined,
    destroy: (sid) => called<void>((done) => store.destroy(sid, done)),
    sids: store.ids && (() => called((done) => store.ids?.(done))),
    clear: store.clear && (() => called<void>((done) => store.clear?.(done))),
  };
}

function hasTouch(store: CallbackStore): store is CallbackStore & Required<Pick<CallbackStore, 'touch'>> {
  return typeof store.touch === 'function';
}
