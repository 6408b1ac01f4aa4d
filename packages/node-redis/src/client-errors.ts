import { isRedisResilienceError, type Outcome, type RedisResilienceError } from '@redis-resilience/core';
import type { NodeRedisModule } from './node-redis-module.ts';

/** Makes of the errors of the protected connection the errors that users of node-redis look for. */
export class ClientErrors {
  readonly #module: NodeRedisModule;

  constructor(module: NodeRedisModule) {
    this.#module = module;
  }

  /**
   * Error replies become those of node-redis. A lost WATCH, a closed client and a deadline of the call's own have
   * classes of node-redis, and carry everything that the error of this library says. `hasOwnTimeout`: the call was
   * given its deadline by `commandOptions.timeout`.
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
    return Object.assign(new this.#module.DisconnectsClientError(), { outcome });
  }

  closed(): Error {
    return Object.assign(new this.#module.ClientClosedError(), notApplied);
  }

  /** A watched key was changed. */
  watched(message?: string): Error {
    return Object.assign(new this.#module.WatchError(message), notApplied);
  }
}

const refused = { outcome: 'refused' } satisfies { outcome: Outcome };
const notApplied = { outcome: 'not-applied' } satisfies { outcome: Outcome };
const brand = Symbol.for('redis-resilience.error');

/** Gives an error of node-redis all that an error of this library says, so that it is both. */
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
 * The promise, which an error of this library does not turn into an unhandled rejection when nobody looks: an outage
 * must not end a process that publishes without waiting. Every other error does, as in node-redis.
 */
export function tolerated<T>(promise: Promise<T>): Promise<T> {
  const answer = promise.then(undefined, (error: unknown): never => {
    if (isRedisResilienceError(error)) answer.catch(ignore);
    throw error;
  });
  return answer;
}

function ignore(): void {
  // The event `command-failed` of the resilience reports it.
}
