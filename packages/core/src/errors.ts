import type { CauseCode } from './cause.ts';

/**
 * What is known about a command that failed.
 *
 * - `not-applied`: proved that it never ran; sending it again is safe.
 * - `unknown`: it was written and no answer came; it may or may not have run.
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
  | 'BUDGET_EXCEEDED'
  | 'CONFIGURATION';

/**
 * What was going on when a command failed, for whoever reads the log afterwards. Counts and ages only: never a
 * key, a value, a host or a credential.
 */
export interface Forensics {
  /** Name of the command, in lower case. */
  readonly command: string;
  /** How often it had been sent. 0: it never left this process. */
  readonly attempt: number;
  /** State of the connection: `ready`, `stalled`, `reconnecting`. */
  readonly connectionState: string;
  readonly waiting: number;
  readonly inFlight: number;
  /** Milliseconds since the last byte was read from, or written to, the connection. */
  readonly lastReadAgeMs: number | undefined;
  readonly lastWriteAgeMs: number | undefined;
  readonly eventLoopLagMs: number;
}

/** What every error of this library carries beside its message. */
export interface ErrorDetails {
  /** Name of the resilience it belongs to. */
  readonly connection?: string | undefined;
  readonly reason?: CauseCode | undefined;
  readonly outcome?: Outcome | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly forensics?: Forensics | undefined;
  /** The error beneath, where there is one: `error.cause`. */
  readonly cause?: unknown;
}

const brand = Symbol.for('redis-resilience.error');

/**
 * The family every error of this library belongs to. Decide by `code`, `reason` and `outcome`, never by the
 * message. Messages say what was refused, why, and what to do next; they never hold keys, values or credentials.
 */
export abstract class RedisResilienceError extends Error {
  abstract readonly code: ErrorCode;
  /** Why, as one of the closed set of causes. */
  readonly reason: CauseCode | undefined;
  readonly outcome: Outcome;
  /** Name of the resilience it belongs to, where there is one. */
  readonly connection: string | undefined;
  /** When it makes sense to try again, from the real dialing schedule or circuit. */
  readonly retryAfterMs: number | undefined;
  readonly forensics: Forensics | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.reason = details.reason;
    this.connection = details.connection;
    this.outcome = details.outcome ?? 'not-applied';
    this.retryAfterMs = details.retryAfterMs;
    this.forensics = details.forensics;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Redis cannot be used right now; the command was never sent, or was provably not run. */
export class RedisUnavailableError extends RedisResilienceError {
  override readonly name = 'RedisUnavailableError';
  readonly code = 'REDIS_UNAVAILABLE';
}

/** The circuit of the command's lane is open or isolated; the command was not sent. */
export class CircuitOpenError extends RedisResilienceError {
  override readonly name = 'CircuitOpenError';
  readonly code = 'CIRCUIT_OPEN';
}

/** The command's deadline passed. `outcome` says whether it may still have run. */
export class CommandTimeoutError extends RedisResilienceError {
  override readonly name = 'CommandTimeoutError';
  readonly code = 'COMMAND_TIMEOUT';
}

/** The command was written, the connection broke before the answer, and its category forbids sending it again. */
export class OutcomeUnknownError extends RedisResilienceError {
  override readonly name = 'OutcomeUnknownError';
  readonly code = 'OUTCOME_UNKNOWN';
}

/** The bounded queue is full; the command was not sent. */
export class OverloadedError extends RedisResilienceError {
  override readonly name = 'OverloadedError';
  readonly code = 'OVERLOADED';
}

/** The connection that held the WATCH or MULTI is gone, and its guard with it; nothing was run. */
export class WatchLostError extends RedisResilienceError {
  override readonly name = 'WatchLostError';
  readonly code = 'WATCH_LOST';
}

/** The request's budget of waiting on Redis is spent; the command was not sent. */
export class BudgetExceededError extends RedisResilienceError {
  override readonly name = 'BudgetExceededError';
  readonly code = 'BUDGET_EXCEEDED';
}

/** An option is unknown, of the wrong type or out of range; nothing was opened. */
export class ConfigurationError extends RedisResilienceError {
  override readonly name = 'ConfigurationError';
  readonly code = 'CONFIGURATION';
}

/**
 * Tells whether a thrown value belongs to this library, also across two installed copies of it.
 *
 * @example
 * try { await client.get('cart'); }
 * catch (error) { if (isRedisResilienceError(error) && error.outcome === 'not-applied') useFallback(); else throw error; }
 */
export function isRedisResilienceError(value: unknown): value is RedisResilienceError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}

/**
 * Tells whether an error means that Redis could not be used, so that a fallback may answer in its place: an error of this
 * library, except a wrong option (`CONFIGURATION`) and a lost WATCH (`WATCH_LOST`), which the caller has to deal with.
 */
export function isAway(error: unknown): error is RedisResilienceError {
  return isRedisResilienceError(error) && error.code !== 'CONFIGURATION' && error.code !== 'WATCH_LOST';
}
