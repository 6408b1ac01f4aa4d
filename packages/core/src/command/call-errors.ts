import { describeCause, type CauseCode } from '../cause.ts';
import {
  CircuitOpenError,
  CommandTimeoutError,
  OutcomeUnknownError,
  OverloadedError,
  RedisUnavailableError,
  type Forensics,
  type Outcome,
} from '../errors.ts';
import type { SendCommand } from '../driver/driver-command.ts';
import { hideCommand } from '../replies/without-command.ts';
import type { Lane } from '../snapshot.ts';
import { setStackLimit } from '../observability/stack-limit.ts';

/** Describes the error that the caller of a failed call gets. */
export type CallFailure =
  /**
   * `as-is` means that the caller gets this error unchanged. `refused` means that `error` is the server's error reply,
   * which gets the outcome `refused`.
   */
  { readonly kind: 'as-is' | 'refused'; readonly error: Error } | OwnFailure;

/** A failure for which this library creates the error. */
export interface OwnFailure {
  readonly kind: 'unavailable' | 'outcome-unknown' | 'timeout' | 'circuit-open' | 'overloaded';
  readonly reason: CauseCode;
  readonly outcome: Outcome;
  /** The underlying error. */
  readonly error: Error | undefined;
}

/**
 * The message with which ioredis rejects the commands of a client that its user has closed. BullMQ 5 and 6 and Bull 4
 * rely on exactly this text to distinguish a client that they closed themselves from one that has failed.
 */
const closedText = 'Connection is closed.';

/** The data that every error for a call carries, whatever its cause. */
export interface ErrorContext {
  /** Name of the `RedisResilience`. */
  readonly name: string;
  readonly lane: Lane;
  readonly retryAfterMs: number | undefined;
  readonly forensics: Forensics;
}

/** Why a call is not admitted. */
export type RefusalReason = 'closed' | 'request-budget' | 'isolated' | 'overloaded' | 'away';

/** Returns the failure of a call that may run only on one of several Redis databases, while another one is in use. */
export function elsewhere(outcome: Outcome): OwnFailure {
  return { kind: 'unavailable', reason: 'connection-reset', outcome, error: undefined };
}

/** Returns the failure of a call that a circuit, which is open for the reason `cause`, has rejected. */
export function rejectedBy(
  { cause = 'error-rate' }: { readonly cause: CauseCode | undefined },
  outcome: Outcome,
): OwnFailure {
  return { kind: 'circuit-open', reason: cause, outcome, error: undefined };
}

/**
 * Returns the failure of a call that was not admitted. `reason` says why reads or writes are unavailable. `spent` is
 * the error that the caller gets if its request budget (see `runWithBudget`) is spent.
 */
export function refusalOf(
  why: RefusalReason,
  reason: OwnFailure['reason'],
  spent: Error | undefined,
): CallFailure {
  const refused = { outcome: 'not-applied', error: undefined } as const;
  switch (why) {
    case 'closed':
      return { kind: 'unavailable', reason: 'closed', ...refused };
    case 'request-budget':
      return { kind: 'as-is', error: spent as Error };
    case 'isolated':
      return { kind: 'circuit-open', reason: 'isolated', ...refused };
    case 'overloaded':
      return { kind: 'overloaded', reason: 'overloaded', ...refused };
    case 'away':
      return { kind: 'unavailable', reason, ...refused };
    default:
      return why satisfies never;
  }
}

/** Returns the error that the caller gets for a failure. */
export function callError(failure: CallFailure, context: ErrorContext): Error {
  switch (failure.kind) {
    case 'as-is':
      return failure.error;
    case 'refused':
      return markRefused(failure.error);
    default:
      return ownError(failure, context);
  }
}

/**
 * Returns the error that `make` creates, with the stack of the code that called `entrance`. By default, a stack has
 * only ten lines: without this function, lines of this library would fill them, and the lines of the caller would be
 * missing.
 */
export function atCaller(make: () => Error, entrance: SendCommand): Error {
  // Capturing a stack takes time, and this one would be replaced anyway.
  const limit = setStackLimit(0);
  let error: Error;
  try {
    error = make();
  } finally {
    setStackLimit(limit);
  }
  Error.captureStackTrace(error, entrance);
  return error;
}

/**
 * Adds the outcome `refused` to an error reply. Removes arguments that the message quotes, but leaves the message
 * unchanged otherwise. Hides the command that the error carries, so that the command does not appear in logs.
 */
export function markRefused(error: Error): Error {
  hideCommand(error);
  return Object.assign(error, { outcome: 'refused' satisfies Outcome });
}

function ownError(failure: OwnFailure, context: ErrorContext): Error {
  const { kind, reason, outcome, error } = failure;
  const { command } = context.forensics;
  const sentence = describeCause(reason);
  const advice =
    outcome === 'unknown'
      ? 'It may have run: check before you retry it.'
      : 'It did not run: use a fallback, or try again later.';
  const details = {
    reason,
    outcome,
    connection: context.name,
    retryAfterMs: reason === 'closed' ? undefined : context.retryAfterMs,
    forensics: context.forensics,
    cause: error,
  };
  if (reason === 'closed' && (kind === 'unavailable' || kind === 'outcome-unknown')) {
    return new (kind === 'unavailable' ? RedisUnavailableError : OutcomeUnknownError)(closedText, details);
  }
  switch (kind) {
    case 'unavailable':
      return new RedisUnavailableError(
        `Redis is unavailable, so ${command} failed: ${sentence} ${advice}`,
        details,
      );
    case 'outcome-unknown':
      return new OutcomeUnknownError(
        `The connection broke after ${command} was sent and before its answer: it may have run. ` +
          'Check before you retry it, or use applyOnce.',
        details,
      );
    case 'timeout':
      return new CommandTimeoutError(`${command} was not answered within its deadline. ${advice}`, details);
    case 'circuit-open':
      return new CircuitOpenError(
        `The circuit for ${context.lane}s rejected ${command}: ${sentence} ${advice}`,
        details,
      );
    case 'overloaded':
      return new OverloadedError(
        `Too many commands are waiting or in flight; ${command} was not sent. Send fewer at a time, or raise the admission limits.`,
        details,
      );
    default:
      return kind satisfies never;
  }
}
