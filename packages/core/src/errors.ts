import type { CauseCode } from './cause.ts';
import { withoutCommand } from './replies/without-command.ts';
import { retryAfterSeconds, wholeMilliseconds } from './retry-after.ts';

/**
 * What is known about the effect of a command that failed.
 *
 * - `not-applied`: it certainly never ran; a retry is safe.
 * - `unknown`: it was sent, but no reply arrived; it may or may not have run.
 * - `refused`: the server replied with an error.
 */
export type Outcome = 'not-applied' | 'unknown' | 'refused';

/** The literal `code` of each error class of this library. */
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
  /** Milliseconds since the last byte was read from, or written to, the connection. */
  readonly lastReadAgeMs: number | undefined;
  readonly lastWriteAgeMs: number | undefined;
  readonly eventLoopLagMs: number;
}

/** The fields of an error of this library, apart from its message. */
export interface ErrorDetails {
  /** Name of the resilience. */
  readonly connection?: string | undefined;
  readonly reason?: CauseCode | undefined;
  readonly outcome?: Outcome | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly forensics?: Forensics | undefined;
  /** The error that led to this one. It becomes `error.cause`, stripped of the command that it carried. */
  readonly cause?: unknown;
}

const brand = Symbol.for('redis-resilience.error');

/**
 * The base class of every error of this library. Base decisions on `code`, `reason` and `outcome`, never on the
 * message. A message says what was rejected, why, and what to do next; it never contains a key, value or credential.
 */
export abstract class RedisResilienceError extends Error {
  abstract readonly code: ErrorCode;
  /** Why the command failed: one of a closed set of causes. */
  readonly reason: CauseCode | undefined;
  readonly outcome: Outcome;
  /** Name of the resilience that the error comes from, if any. */
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
  /** Always false: the message is meant for logs, not for visitors. */
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
   * The headers of the response with that status: `Retry-After`. Empty if the outcome is unknown, because the header
   * would invite clients to repeat a request that may have been carried out.
   */
  get headers(): Readonly<Record<string, string>> {
    if (this.status !== 503 || this.outcome === 'unknown') return {};
    return { 'Retry-After': retryAfterSeconds(this.retryAfterMs) };
  }

  // Lets code that wraps errors for HTTP set its own headers, as it can set the status.
  set headers(value: Readonly<Record<string, string>>) {
    Object.defineProperty(this, 'headers', { value, writable: true, configurable: true, enumerable: true });
  }

  /** Returns the fields of the error for a JSON log. */
  toJSON(): object {
    const { name, message, code, reason, outcome, connection, retryAfterMs, stack } = this;
    return { name, message, code, reason, outcome, connection, retryAfterMs, stack };
  }
}

// These are set on the prototype to keep creating an error cheap.
Object.assign(RedisResilienceError.prototype, {
  [brand]: true,
  status: 503,
  statusCode: 503,
  expose: false,
});

/**
 * Redis is unavailable. `outcome` says whether the command may have run: that is possible only for a command that is
 * safe to repeat, such as GET or SET. Use a fallback, or try again after `retryAfterMs`.
 */
export class RedisUnavailableError extends RedisResilienceError {
  override readonly name = 'RedisUnavailableError';
  readonly code = 'REDIS_UNAVAILABLE';
}

/**
 * The circuit of the command's lane is open or isolated; the command was not sent. Use a fallback, or try again later.
 */
export class CircuitOpenError extends RedisResilienceError {
  override readonly name = 'CircuitOpenError';
  readonly code = 'CIRCUIT_OPEN';
}

/**
 * The deadline of the command has passed. `outcome` says whether the command may have run. If it may, check before you
 * retry a write.
 */
export class CommandTimeoutError extends RedisResilienceError {
  override readonly name = 'CommandTimeoutError';
  readonly code = 'COMMAND_TIMEOUT';
}

/**
 * The connection broke after a write was sent and before its reply arrived, and a retry might apply the write twice.
 * Check before you retry, or use `applyOnce`.
 */
export class OutcomeUnknownError extends RedisResilienceError {
  override readonly name = 'OutcomeUnknownError';
  readonly code = 'OUTCOME_UNKNOWN';
}

/** Too many commands are waiting or in flight; this one was not sent. Send fewer, or raise the `admission` limits. */
export class OverloadedError extends RedisResilienceError {
  override readonly name = 'OverloadedError';
  readonly code = 'OVERLOADED';
}

/**
 * The connection that held the WATCH or MULTI was lost, or other clients changed the keys of a `transaction` in each of
 * its attempts; none of its commands ran. Read the keys again and retry.
 */
export class WatchLostError extends RedisResilienceError {
  override readonly name = 'WatchLostError';
  readonly code = 'WATCH_LOST';
}

/**
 * A leased client was used after its lease had ended, and nothing was sent; or `close()` or `pool.revoke` ended the
 * lease before its work was done. Await every call inside the function passed to `lease()`.
 */
export class LeaseEndedError extends RedisResilienceError {
  override readonly name = 'LeaseEndedError';
  readonly code = 'LEASE_ENDED';
}

/** The request has waited for Redis as long as its budget allows; the command was not sent. Respond without Redis. */
export class BudgetExceededError extends RedisResilienceError {
  override readonly name = 'BudgetExceededError';
  readonly code = 'BUDGET_EXCEEDED';
}

/**
 * An option is unknown, has the wrong type or is out of range; no connection was opened. The message names the option.
 */
export class ConfigurationError extends RedisResilienceError {
  override readonly name = 'ConfigurationError';
  readonly code = 'CONFIGURATION';
}

Object.assign(ConfigurationError.prototype, { status: 500, statusCode: 500 });

/**
 * Returns whether a thrown value is an error of this library. Also recognises errors of another installed copy of it.
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
    // Reading from a revoked or hostile proxy throws.
    return false;
  }
}
