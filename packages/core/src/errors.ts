import type { CauseCode } from './cause.ts';
import { withoutCommand } from './replies/without-command.ts';
import { retryAfterSeconds, wholeMilliseconds } from './retry-after.ts';

/**
 * What is known about the effect of a command that failed.
 *
 * - `not-applied`: the command certainly did not run; a retry is safe.
 * - `unknown`: the command was sent, but no reply arrived; it may or may not have run.
 * - `refused`: the server replied with an error.
 */
export type Outcome = 'not-applied' | 'unknown' | 'refused';

/** The values of `code`, one for each error class of this library. */
export type ErrorCode =
  | 'REDIS_UNAVAILABLE'
  | 'CIRCUIT_OPEN'
  | 'COMMAND_TIMEOUT'
  | 'OUTCOME_UNKNOWN'
  | 'OVERLOADED'
  | 'WATCH_LOST'
  | 'LEASE_ENDED'
  | 'BUDGET_EXCEEDED'
  | 'CONFIGURATION';

/**
 * The state of the connection when a command failed, to log with the error. Contains only counts, ages and names of
 * commands and states: never a key, value, host or credential.
 */
export interface Forensics {
  /** Name of the command, in lower case. */
  readonly command: string;
  /** Number of times the command had been sent; 0 means that the command never left this process. */
  readonly attempt: number;
  /** State of the connection: `ready`, `stalled`, `reconnecting` and so on, as in a snapshot. */
  readonly connectionState: string;
  readonly waiting: number;
  readonly inFlight: number;
  /** Milliseconds since bytes were last read from the connection. */
  readonly lastReadAgeMs: number | undefined;
  /** Milliseconds since bytes were last written to the connection. */
  readonly lastWriteAgeMs: number | undefined;
  readonly eventLoopLagMs: number;
}

/** The fields of an error of this library, apart from its message. */
export interface ErrorDetails {
  /** Name of the `RedisResilience`. */
  readonly connection?: string | undefined;
  readonly reason?: CauseCode | undefined;
  readonly outcome?: Outcome | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly forensics?: Forensics | undefined;
  /**
   * The underlying error, which becomes `error.cause`, without the command and arguments that ioredis stores in its
   * errors.
   */
  readonly cause?: unknown;
}

const brand = Symbol.for('redis-resilience.error');

/**
 * The base class of every error of this library. Base decisions on `code`, `reason` and `outcome`, never on the
 * message. The message says what failed, why, and what to do next; it never contains a key, value or credential.
 */
export abstract class RedisResilienceError extends Error {
  abstract readonly code: ErrorCode;
  /** Why the command failed: one of a closed set of causes. */
  readonly reason: CauseCode | undefined;
  readonly outcome: Outcome;
  /** Name of the `RedisResilience` that the error comes from, if any. */
  readonly connection: string | undefined;
  /** Milliseconds until the next connection attempt, or until the circuit lets a trial call through. */
  readonly retryAfterMs: number | undefined;
  /** The state of the connection when the command failed. Not enumerable, so that logs stay short. */
  declare readonly forensics: Forensics | undefined;
  /**
   * The HTTP status that a web framework sends if no error handler responds: 503, or 500 for
   * {@link ConfigurationError}.
   */
  declare readonly status: number;
  declare readonly statusCode: number;
  /** Tells web frameworks not to show the message to visitors; always false. */
  declare readonly expose: boolean;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: withoutCommand(details.cause) });
    this.reason = details.reason;
    this.connection = details.connection;
    this.outcome = details.outcome ?? 'not-applied';
    this.retryAfterMs = wholeMilliseconds(details.retryAfterMs);
    Object.defineProperty(this, 'forensics', { value: details.forensics });
  }

  /**
   * The HTTP headers that a web framework sends along with `status`: with 503, `Retry-After`. If the outcome is
   * unknown, there is no header, because `Retry-After` would invite clients to repeat a request that may have been
   * carried out.
   */
  get headers(): Readonly<Record<string, string>> {
    if (this.status !== 503 || this.outcome === 'unknown') return {};
    return { 'Retry-After': retryAfterSeconds(this.retryAfterMs) };
  }

  // Web frameworks may assign to `error.headers`; without a setter, the assignment would throw a TypeError.
  set headers(value: Readonly<Record<string, string>>) {
    Object.defineProperty(this, 'headers', { value, writable: true, configurable: true, enumerable: true });
  }

  /** Returns the fields of the error for a JSON log. */
  toJSON(): object {
    const { name, message, code, reason, outcome, connection, retryAfterMs, stack } = this;
    return { name, message, code, reason, outcome, connection, retryAfterMs, stack };
  }
}

// The properties that all errors share are on the prototype, because setting them on each error would make creating one
// slower.
Object.assign(RedisResilienceError.prototype, {
  [brand]: true,
  status: 503,
  statusCode: 503,
  expose: false,
});

/**
 * Redis is unavailable. `outcome` says whether the command may have run; only a command that is safe to repeat, such as
 * GET or SET, can have run. Use a fallback, or try again after `retryAfterMs`.
 */
export class RedisUnavailableError extends RedisResilienceError {
  override readonly name = 'RedisUnavailableError';
  readonly code = 'REDIS_UNAVAILABLE';
}

/**
 * The command was not sent, because its circuit (there is one for reads and one for writes) is open or isolated. Use a
 * fallback, or try again later.
 */
export class CircuitOpenError extends RedisResilienceError {
  override readonly name = 'CircuitOpenError';
  readonly code = 'CIRCUIT_OPEN';
}

/**
 * The deadline of the command has passed. `outcome` says whether the command may have run. If a write may have run,
 * find out whether it ran before you retry it.
 */
export class CommandTimeoutError extends RedisResilienceError {
  override readonly name = 'CommandTimeoutError';
  readonly code = 'COMMAND_TIMEOUT';
}

/**
 * A write was sent, but the connection broke before the reply arrived, so a retry might apply the write twice. Check
 * whether the write was applied before you retry, or use `applyOnce`.
 */
export class OutcomeUnknownError extends RedisResilienceError {
  override readonly name = 'OutcomeUnknownError';
  readonly code = 'OUTCOME_UNKNOWN';
}

/**
 * Too many commands are waiting or in flight, or no connection was free for a lease. The command was not sent, unless
 * `outcome` is `unknown`. Send fewer commands at a time, or raise the limits of `admission` or `pool`.
 */
export class OverloadedError extends RedisResilienceError {
  override readonly name = 'OverloadedError';
  readonly code = 'OVERLOADED';
}

/**
 * The transaction did not run: its connection was lost after WATCH or MULTI, or other clients changed the watched keys
 * during every attempt of `transaction()`. Read the keys again, and retry the transaction.
 */
export class WatchLostError extends RedisResilienceError {
  override readonly name = 'WatchLostError';
  readonly code = 'WATCH_LOST';
}

/**
 * A leased client was used after its lease had ended, so that nothing was sent; or `close()` or `pool.revoke` ended the
 * lease before its work was done. Await every call inside the function passed to `lease()`.
 */
export class LeaseEndedError extends RedisResilienceError {
  override readonly name = 'LeaseEndedError';
  readonly code = 'LEASE_ENDED';
}

/**
 * The command was not sent, because the request has already waited for Redis as long as its budget allows. Respond to
 * the request without Redis.
 */
export class BudgetExceededError extends RedisResilienceError {
  override readonly name = 'BudgetExceededError';
  readonly code = 'BUDGET_EXCEEDED';
}

/**
 * An option or argument is unknown, has the wrong type or is out of range. The message names the option or argument and
 * says what to write instead.
 */
export class ConfigurationError extends RedisResilienceError {
  override readonly name = 'ConfigurationError';
  readonly code = 'CONFIGURATION';
}

Object.assign(ConfigurationError.prototype, { status: 500, statusCode: 500 });

/**
 * Returns whether a thrown value is an error of this library. Errors of another installed copy of the library count as
 * well.
 *
 * @example
 * try { await client.get('cart'); }
 * catch (error) { if (isRedisResilienceError(error) && error.outcome === 'not-applied') useFallback(); else throw error; }
 */
export function isRedisResilienceError(value: unknown): value is RedisResilienceError {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return (value as Record<symbol, unknown>)[brand] === true;
  } catch {
    // Reading a property of a revoked or hostile `Proxy` throws.
    return false;
  }
}
