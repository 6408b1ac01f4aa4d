import { isRedisResilienceError, type Outcome, type RedisResilienceError } from '@redis-resilience/core';
import type { NodeRedisModule } from './node-redis-module.ts';

/** Converts errors of the protected connection into the errors that node-redis users expect. */
export class ClientErrors {
  readonly #module: NodeRedisModule;

  constructor(module: NodeRedisModule) {
    this.#module = module;
  }

  /**
   * Converts an error. An error reply becomes a `SimpleError` of node-redis. The errors for a lost WATCH, for a closed
   * client and for a call that exceeded its own timeout become errors of node-redis, too, with all properties of this
   * library's error added. `hasOwnTimeout` says that the call set `commandOptions.timeout`.
   */
  of(error: Error, hasOwnTimeout = false): Error {
    const { SimpleError, WatchError, DisconnectsClientError, TimeoutError } = this.#module;
    if (error.name === 'ReplyError' || error.name === 'ErrorReply')
      return Object.assign(new SimpleError(error.message), refused);
    if (!isRedisResilienceError(error)) return error;
    if (error.code === 'WATCH_LOST') return dress(new WatchError(error.message), error);
    if (error.reason === 'closed') return dress(new DisconnectsClientError(), error);
    const isTimeout = error.code === 'COMMAND_TIMEOUT' && hasOwnTimeout;
    return isTimeout && TimeoutError !== undefined ? dress(new TimeoutError(error.message), error) : error;
  }

  aborted(outcome: Outcome): Error {
    return Object.assign(new this.#module.AbortError(), { outcome });
  }

  disconnected(outcome: Outcome): Error {
    return ofClosing(Object.assign(new this.#module.DisconnectsClientError(), { outcome }));
  }

  closed(): Error {
    return ofClosing(Object.assign(new this.#module.ClientClosedError(), notApplied));
  }

  /** Creates the error for a transaction that failed because a watched key was changed. */
  watched(message?: string): Error {
    return Object.assign(new this.#module.WatchError(message), notApplied);
  }
}

/** The errors that were created because a client was closed. */
const closings = new WeakSet<object>();

function ofClosing(error: Error): Error {
  closings.add(error);
  return error;
}

const refused = { outcome: 'refused' } satisfies { outcome: Outcome };
const notApplied = { outcome: 'not-applied' } satisfies { outcome: Outcome };
const brand = Symbol.for('redis-resilience.error');

/** Makes an error of node-redis also an error of this library, by adding all properties of this library's error. */
function dress(theirs: Error, ours: RedisResilienceError): Error {
  const { code, reason, outcome, connection, retryAfterMs, status, statusCode, expose, headers } = ours;
  Object.assign(theirs, { code, reason, outcome, connection, retryAfterMs });
  const hidden = {
    status,
    statusCode,
    expose,
    headers,
    forensics: ours.forensics,
    cause: ours,
    [brand]: true,
  };
  for (const name of Reflect.ownKeys(hidden)) {
    Object.defineProperty(theirs, name, {
      value: hidden[name as keyof typeof hidden],
      writable: true,
      configurable: true,
    });
  }
  return theirs;
}

/**
 * Returns a promise that settles as `promise` does. If nobody handles its rejection, an error of this library or of a
 * closed client does not become an unhandled rejection, because that would end a process which publishes without
 * awaiting the result. As in node-redis, any other error that nobody handles becomes an unhandled rejection.
 */
export function tolerated<T>(promise: Promise<T>): Promise<T> {
  const answer = promise.then(undefined, (error: unknown): never => {
    if (isRedisResilienceError(error) || closings.has(error as Error)) answer.catch(ignore);
    throw error;
  });
  return answer;
}

function ignore(): void {
  // Does nothing: the event `command-failed` of the RedisResilience reports the error.
}
