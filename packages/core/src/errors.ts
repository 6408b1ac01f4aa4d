import type { CauseCode } from './cause.ts';
import { withoutCommand } from './replies/without-command.ts';
import { retryAfterSeconds } from './retry-after.ts';

/**
 * What is known about a command that failed.
 *
 * - `not-applied`: it certainly never ran; sending it again is safe.
 * - `unknown`: it was sent and no answer came; it may or may not have run.
 * - `refused`: the server answered with an error.
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
 * The state of the connection when a command failed, to be logged with the error. Counts and ages only: never a key, a
 * value, a host or a credential.
 */
export interface Forensics {
  /** Name of the command, in lower case. */
  readonly command: string;
  /** How often the command had been sent; 0 means that it never left this process. */
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

/** What an error of this library says beside its message. */
export interface ErrorDetails {
  /** Name of the resilience. */
  readonly connection?: string | undefined;
  readonly reason?: CauseCode | undefined;
  readonly outcome?: Outcome | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly forensics?: Forensics | undefined;
  /** The error that led to this one, without the command that it carried; it becomes `error.cause`. */
  readonly cause?: unknown;
}

const brand = Symbol.for('redis-resilience.error');

/**
 * The base class of every error of this library. Decide by `code`, `reason` and `outcome`, never by the message. A
 * message says what was refused, why, and what to do next; it never holds a key, a value or a credential.
 */
export abstract class RedisResilienceError extends Error {
  abstract readonly code: ErrorCode;
  /** Why the command failed, as one of the closed set of causes. */
  readonly reason: CauseCode | undefined;
  readonly outcome: Outcome;
  /** Name of the resilience that the error comes from, where there is one. */
  readonly connection: string | undefined;
  /** Milliseconds until the next connection attempt, or until the circuit lets a trial call pass. */
  readonly retryAfterMs: number | undefined;
  /** Not enumerable, so that logs stay short. */
  declare readonly forensics: Forensics | undefined;
  /**
   * The status that a web framework answers with if no error handler does: 503, or 500 for {@link ConfigurationError}.
   */
  declare readonly status: number;
  declare readonly statusCode: number;
  /** False: the message is for the log, not for visitors. */
  declare readonly expose: boolean;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: withoutCommand(details.cause) });
    this.reason = details.reason;
    this.connection = details.connection;
    this.outcome = details.outcome ?? 'not-applied';
    this.retryAfterMs = details.retryAfterMs;
    Object.defineProperty(this, 'forensics', { value: details.forensics });
  }

  /**
   * The headers of that answer: `Retry-After`. There is none where the outcome is unknown, because it would invite
   * clients to repeat a request that may have been carried out.
   */
  get headers(): Readonly<Record<string, string>> {
    if (this.status !== 503 || this.outcome === 'unknown') return {};
    return { 'Retry-After': retryAfterSeconds(this.retryAfterMs) };
  }

  // Code that wraps errors for HTTP may set its own headers, as it may set the status.
  set headers(value: Readonly<Record<string, string>>) {
    Object.defineProperty(this, 'headers', { value, writable: true, configurable: true, enumerable: true });
  }

  /** The fields of the error in a JSON log. */
  toJSON(): object {
    const { name, message, code, reason, outcome, connection, retryAfterMs, stack } = this;
    return { name, message, code, reason, outcome, connection, retryAfterMs, stack };
  }
}

// On the prototype, so that creating an error does not set them.
Object.assign(RedisResilienceError.prototype, {
  [brand]: true,
  status: 503,
  statusCode: 503,
  expose: false,
});

/**
 * Redis is away. A write did not run; a command of the read lane may have run: see `outcome`. Use a fallback, or try
 * again after `retryAfterMs`.
 */
export class RedisUnavailableError extends RedisResilienceError {
  override readonly name = 'RedisUnavailableError';
  readonly code = 'REDIS_UNAVAILABLE';
}

/** The circuit of the lane is open or isolated; the command was not sent. Use a fallback, or try again later. */
export class CircuitOpenError extends RedisResilienceError {
  override readonly name = 'CircuitOpenError';
  readonly code = 'CIRCUIT_OPEN';
}

/**
 * The deadline of the command passed. `outcome` says whether it may have run. If it may, check before you send a write
 * again.
 */
export class CommandTimeoutError extends RedisResilienceError {
  override readonly name = 'CommandTimeoutError';
  readonly code = 'COMMAND_TIMEOUT';
}

/**
 * The connection broke after a write was sent and before its answer, and a second run might apply it twice. Check
 * before you send it again, or use `applyOnce`.
 */
export class OutcomeUnknownError extends RedisResilienceError {
  override readonly name = 'OutcomeUnknownError';
  readonly code = 'OUTCOME_UNKNOWN';
}

/** Too many commands wait or are unanswered; this one was not sent. Send less, or raise the `admission` limits. */
export class OverloadedError extends RedisResilienceError {
  override readonly name = 'OverloadedError';
  readonly code = 'OVERLOADED';
}

/**
 * The connection that held the WATCH or MULTI was lost, or others changed the keys of a `transaction` in each of its
 * attempts; nothing of it ran. Read and try it again.
 */
export class WatchLostError extends RedisResilienceError {
  override readonly name = 'WatchLostError';
  readonly code = 'WATCH_LOST';
}

/**
 * A leased client was used after its lease, and nothing was sent; or its lease was ended before its work, by `close()`
 * or by `pool.revoke`. Await every call inside the function given to `lease()`.
 */
export class LeaseEndedError extends RedisResilienceError {
  override readonly name = 'LeaseEndedError';
  readonly code = 'LEASE_ENDED';
}

/** The request has waited for Redis as long as its budget allows; the command was not sent. Answer without Redis. */
export class BudgetExceededError extends RedisResilienceError {
  override readonly name = 'BudgetExceededError';
  readonly code = 'BUDGET_EXCEEDED';
}

/** An option is unknown, of the wrong type or out of range; nothing was opened. The message names the option. */
export class ConfigurationError extends RedisResilienceError {
  override readonly name = 'ConfigurationError';
  readonly code = 'CONFIGURATION';
}

Object.assign(ConfigurationError.prototype, { status: 500, statusCode: 500 });

/**
 * Whether a thrown value is an error of this library. Also recognises errors of another installed copy of it.
 *
 * @example
 * try { await client.get('cart'); }
 * catch (error) { if (isRedisResilienceError(error) && error.outcome === 'not-applied') useFallback(); else throw error; }
 */
export function isRedisResilienceError(value: unknown): value is RedisResilienceError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}
