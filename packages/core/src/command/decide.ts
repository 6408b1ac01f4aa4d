import type { CategoryOverrides } from '../catalogue/categorise.ts';
import { isUnsubscribing } from '../catalogue/lasting-command.ts';
import type { CauseCode } from '../cause.ts';
import type { Outcome } from '../errors.ts';
import { isRepeatable } from './batch/is-repeatable.ts';
import type { CallFailure } from './call-errors.ts';
import type { Call, CallFacts } from './call.ts';
import type { Answered, Happening } from './happening.ts';

const firstDelayMs = 20;
const longestDelayMs = 200;

/** What `decide` has to know apart from the call itself. */
export interface Situation {
  readonly now: number;
  readonly deadlineAt: number;
  /** Whether the client has ended, so that no command will run any more. */
  readonly isEnded: boolean;
  /** Whether the call would be passed to the driver immediately. */
  readonly canRun: boolean;
  /** Why the lane (reads or writes) is unavailable or the call's circuit not closed; undefined if neither applies. */
  readonly laneCause: CauseCode | undefined;
  /** Whether `laneCause` is about the server (connection lost, node down, writes impossible), not about a circuit. */
  readonly isServerAway: boolean;
  /** Like `laneCause`, but the most likely cause if no cause is known. */
  readonly reason: CauseCode;
  readonly retryBudgetAllows: boolean;
  readonly maxRetries: number;
  readonly role: 'primary' | 'any';
  readonly categories: CategoryOverrides | undefined;
}

/** The caller gets the result. The circuit and, after a first attempt, the retry budget count a success. */
export interface Answer {
  readonly kind: 'answer';
}

/** The call is sent again, ahead of all new calls; the circuit does not count the attempt that has ended. */
export interface Resend {
  readonly kind: 'resend';
  /** Upper bound of the random delay that keeps many retries from running at once; 0 if no delay is needed. */
  readonly maxDelayMs: number;
  /** Whether the retry draws on the retry budget. */
  readonly pays: boolean;
  /** Outcome of the attempt that ended. */
  readonly outcome: Outcome;
  /** Whether sending the call again is counted and reported as a retry. */
  readonly isRetry: boolean;
}

/** The decision that the caller gets an error. */
export interface Fail {
  readonly kind: 'fail';
  readonly failure: CallFailure;
  /** Whether the call's circuit counts a success, a failure (for the reason `cause`) or nothing. */
  readonly counts: 'success' | 'failure' | 'nothing';
  readonly cause: CauseCode | undefined;
  /** What is recorded as the call's result: the server's reply, the error that the caller gets, or nothing. */
  readonly tells: 'reply' | 'error' | 'nothing';
  /** Whether the call would have been retried if the retry budget had allowed it. */
  readonly isRetryBudgetSpent: boolean;
}

export type Decision = Answer | Resend | Fail;

const answer: Answer = { kind: 'answer' };
const letGo: Resend = {
  kind: 'resend',
  maxDelayMs: 0,
  pays: false,
  outcome: 'not-applied',
  isRetry: false,
};

const failing = {
  kind: 'fail',
  counts: 'nothing',
  cause: undefined,
  tells: 'error',
  isRetryBudgetSpent: false,
} as const;

/**
 * Decides what to do with a call after something has happened to it. `situation` may be omitted if the server replied
 * without an error.
 */
export function decide(call: CallFacts, happening: Answered): Answer | Resend;
export function decide(call: CallFacts, happening: Happening, situation: Situation): Decision;
export function decide(call: CallFacts, happening: Happening, situation?: Situation): Decision {
  const known = situation as Situation;
  switch (happening.kind) {
    case 'answered':
      return happening.isLetGo ? letGo : answer;
    case 'refused':
      if (call.batch !== undefined) return decideRefusedBatch(call, happening, known);
      return decideRefused(call, happening, known);
    case 'lost':
      return decideLost(call, happening.error, known);
    case 'withdrawn':
      return { ...failing, failure: { kind: 'as-is', error: happening.error }, tells: 'nothing' };
    case 'overdue':
      return decideOverdue(call, known);
    case 'wait-expired':
      return { ...failing, failure: failureWhenExpired(call, known) };
    case 'closed':
      if (call.batch === undefined && isUnsubscribing(call.traits.name)) return answer;
      return { ...failing, failure: failureWhenClosed(call) };
    default:
      return happening satisfies never;
  }
}

type KnowsSituation = { situationOf(call: Call): Situation };

/** Like {@link decide}, but asks for the situation only if the server did not simply reply. */
export function decideIn(gate: KnowsSituation, call: Call, what: Happening): Decision {
  return what.kind === 'answered' ? decide(call, what) : decide(call, what, gate.situationOf(call));
}

type Refused = Happening & { kind: 'refused' };

function decideRefused(call: CallFacts, { verdict, error }: Refused, situation: Situation): Decision {
  const { cause, outcome, scope } = verdict;
  const retry =
    outcome === 'not-applied' ? retryOf(call, outcome, cause, scope === 'command', situation) : undefined;
  if (typeof retry === 'object') return retry;
  // PING counts as a read, but can get the error MISCONF, which concerns only writes.
  const isOfOtherLane = scope === 'write-lane' && call.traits.lane === 'read';
  const isAway = outcome === 'not-applied' && cause !== undefined;
  return {
    ...failing,
    failure: isAway ? awayFailure(call, cause, knownOutcome(call), error) : { kind: 'refused', error },
    counts: verdict.circuit === 'failure' && !isOfOtherLane ? 'failure' : 'success',
    cause,
    tells: 'reply',
    isRetryBudgetSpent: retry === 'budget-spent',
  };
}

function decideRefusedBatch(
  call: CallFacts,
  { verdict, error, ranInPart }: Refused,
  situation: Situation,
): Decision {
  const outcome = ranInPart ? 'unknown' : 'not-applied';
  // Retries of batches do not draw on the retry budget, because they are limited already: while the server cannot
  // serve, they wait, and while a slot moves to another node, each of them is delayed.
  const retry = retryOf(call, outcome, verdict.cause, false, situation);
  if (typeof retry === 'object') return retry;
  const known = ranInPart ? 'unknown' : knownOutcome(call);
  return { ...failing, failure: awayFailure(call, verdict.cause ?? situation.reason, known, error) };
}

function decideLost(call: CallFacts, error: Error, situation: Situation): Decision {
  // If the server had already unblocked the call (CLIENT UNBLOCK), the call consumed nothing.
  const outcome = wasWritten(call) && call.slow?.released !== true ? 'unknown' : 'not-applied';
  const retry = retryOf(call, outcome, undefined, false, situation);
  if (typeof retry === 'object') return retry;
  const reason = situation.isEnded ? 'closed' : (situation.laneCause ?? 'connection-reset');
  const known = outcome === 'unknown' ? outcome : knownOutcome(call);
  return { ...failing, failure: awayFailure(call, reason, known, error) };
}

function decideOverdue(call: CallFacts, { laneCause, isServerAway }: Situation): Decision {
  // If the server refused the call, and the call was waiting to be sent again, the refusal is the reason for the
  // timeout.
  const refusal = wasWritten(call) ? undefined : call.slow?.refusal;
  const cause = laneCause ?? refusal?.verdict.cause ?? 'slow';
  const failure = failureOf('timeout', cause, presentOutcome(call), refusal?.error);
  // A call that is overdue because the server is unavailable or refused the call does not count as slow.
  if (isServerAway || refusal !== undefined) return { ...failing, failure };
  return { ...failing, failure, counts: 'failure', cause: 'slow' };
}

function failureWhenExpired(call: CallFacts, { reason }: Situation): CallFailure {
  // The reason `slow` means that the connection applied backpressure for as long as the call could wait.
  return failureOf(reason === 'slow' ? 'timeout' : 'unavailable', reason, presentOutcome(call));
}

function failureWhenClosed(call: CallFacts): CallFailure {
  const outcome = presentOutcome(call);
  if (call.sent === undefined) return failureOf('unavailable', 'closed', outcome);
  return awayFailure(call, 'closed', outcome, undefined);
}

/**
 * Returns how to retry a call whose last attempt ended with `outcome`, undefined if the call must not be retried, or
 * `budget-spent` if only the retry budget prevents that. Calls lost with their connection do not draw on the budget,
 * because the dialer limits how often connections, and therefore retries of these calls, are made.
 */
function retryOf(
  call: CallFacts,
  outcome: Outcome,
  cause: CauseCode | undefined,
  pays: boolean,
  situation: Situation,
): Resend | 'budget-spent' | undefined {
  const { maxRetries, categories } = situation;
  if (situation.isEnded || situation.now >= situation.deadlineAt || maxRetries === 0) return undefined;
  // In these cases, a retry would not help. With role `any`, a reconnection does not search for a primary. A lack of
  // memory, disk space or replicas lasts longer than the deadline of a call.
  if (cause === 'read-only' && situation.role === 'any') return undefined;
  if (cause === 'out-of-memory' || cause === 'persistence' || cause === 'too-few-replicas') return undefined;
  if (outcome === 'unknown' && (call.sends > maxRetries || !isRepeatable(call, categories))) return undefined;
  if (pays && !situation.retryBudgetAllows) return 'budget-spent';
  return {
    kind: 'resend',
    maxDelayMs: situation.canRun ? Math.min(longestDelayMs, firstDelayMs * 2 ** call.sends) : 0,
    pays,
    outcome,
    isRetry: true,
  };
}

/** Returns whether the bytes of the current attempt may have reached the server. */
function wasWritten({ written }: CallFacts): boolean {
  return written?.isWritten === true;
}

/** Returns the combined outcome of all earlier attempts. */
function knownOutcome({ slow }: CallFacts): Outcome {
  return slow?.outcome ?? 'not-applied';
}

/** Returns the outcome of a call that has got no reply. */
function presentOutcome(call: CallFacts): Outcome {
  return wasWritten(call) ? 'unknown' : knownOutcome(call);
}

/**
 * Returns the failure of a call because Redis is unavailable. A write that may have run fails with `outcome-unknown`.
 */
function awayFailure(
  call: CallFacts,
  reason: CauseCode,
  outcome: Outcome,
  error: Error | undefined,
): CallFailure {
  const isUnknownWrite = outcome === 'unknown' && (call.batch?.lane ?? call.traits.lane) === 'write';
  return failureOf(isUnknownWrite ? 'outcome-unknown' : 'unavailable', reason, outcome, error);
}

function failureOf(
  kind: Exclude<CallFailure['kind'], 'as-is' | 'refused'>,
  reason: CauseCode,
  outcome: Outcome,
  error?: Error,
): CallFailure {
  return { kind, reason, outcome, error };
}
