import { isRedisResilienceError, type Outcome, type RedisResilienceError } from '@redis-resilience/core';
import type { NodeRedisModule } from './node-redis-module.ts';

/** Converts errors of the protected connection into the errors that node-redis users expect. */
export class ClientErrors {
  readonly #module: NodeRedisModule;

  constructor(module: NodeRedisModule) {
    this.#module = module;
  }

  /**
   * Error replies become node-redis errors. A lost WATCH, a closed client and a deadline set by the call become
   * instances of node-redis classes that also carry everything that this library's error says. `hasOwnTimeout`:
   * `commandOptions.timeout` set the call's deadline.
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

  /** Creates the error for a watched key that was changed. */
  watched(message?: string): Error {
    return Object.assign(new this.#module.WatchError(message), notApplied);
  }
}

/** Errors of commands whose client was closed. */
const closings = new WeakSet<object>();

function ofClosing(error: Error): Error {
  closings.add(error);
  return error;
}

const refused = { outcome: 'refused' } satisfies { outcome: Outcome };
const notApplied = { outcome: 'not-applied' } satisfies { outcome: Outcome };
const brand = Symbol.for('redis-resilience.error');

/** Adds all properties of this library's error to a node-redis error, so that it is both. */
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
 * Returns the promise, and keeps the errors of an outage and of a closed client from becoming unhandled rejections:
 * neither must end a process that publishes without awaiting the result. Every other error does become an unhandled
 * rejection, as in node-redis.
 */
export function tolerated<T>(promise: Promise<T>): Promise<T> {
  const answer = promise.then(undefined, (error: unknown): never => {
    if (isRedisResilienceError(error) || closings.has(error as Error)) answer.catch(ignore);
    throw error;
  });
  return answer;
}

function ignore(): void {
  // Nothing to do: the RedisResilience's event `command-failed` reports the error.
}
