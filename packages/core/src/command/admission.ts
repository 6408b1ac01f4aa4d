import type { RefusalReason } from './call-errors.ts';
import type { Lane } from '../snapshot.ts';
import type { SlowCall } from './call.ts';
import type { PartAway } from './dispatch.ts';

/**
 * What the admission of a call in one lane (reads or writes) has to know about the client's gate, which admits, queues
 * or rejects the client's calls.
 */
export interface GateFacts {
  readonly gate: 'serving' | 'held' | 'ended';
  readonly lane: Lane;
  /** When the connection was lost; undefined while it is open, or if no connection attempt has failed yet. */
  readonly awaySince: number | undefined;
  /** When a replica took the place of the primary, so that writes became impossible; undefined while writes work. */
  readonly writesAwaySince: number | undefined;
  /**
   * The outage of the Cluster node or slot that the call needs; undefined if both are available, or without a Cluster.
   */
  readonly partAway: PartAway | undefined;
  /** Whether the socket is applying backpressure. */
  readonly isBlocked: boolean;
  readonly isIsolated: boolean;
}

/** Everything that the admission of a call depends on. */
export interface AdmissionFacts extends GateFacts {
  readonly now: number;
  readonly deadlineAt: number;
  readonly isRequestBudgetSpent: boolean;
  /**
   * Whether the number of calls in flight has reached its limit; waiting calls count as in flight, except while the
   * connection is lost.
   */
  readonly isFull: boolean;
  readonly maxWaitMs: number;
  /** Milliseconds that this call may wait even if the outage has already lasted longer than `maxWaitMs`. */
  readonly patienceMs: number;
  /** Whether the waiting queue, whose size is limited, has room for the call. */
  readonly hasRoom: boolean;
}

export type Admission =
  | { readonly kind: 'run' }
  | { readonly kind: 'wait'; readonly expiresAt: number }
  | { readonly kind: 'refuse'; readonly why: RefusalReason };

/**
 * Decides whether a call runs now, waits, or fails immediately. If a call could be rejected for several reasons,
 * returns the reason that is most useful to the caller.
 */
export function admit(facts: AdmissionFacts): Admission {
  if (facts.gate === 'ended') return { kind: 'refuse', why: 'closed' };
  if (facts.isRequestBudgetSpent) return { kind: 'refuse', why: 'request-budget' };
  if (facts.isIsolated) return { kind: 'refuse', why: 'isolated' };
  if (facts.isFull) return { kind: 'refuse', why: 'overloaded' };
  if (canRun(facts)) return { kind: 'run' };
  const expiresAt = waitsUntil(facts);
  if (expiresAt === undefined) return { kind: 'refuse', why: 'away' };
  return facts.hasRoom || !isOutage(facts)
    ? { kind: 'wait', expiresAt }
    : { kind: 'refuse', why: 'overloaded' };
}

/**
 * Returns whether a call has to wait because something has failed. A wait for the first connection, or for the end of
 * backpressure, is not an outage. The size of the queue is limited only in an outage. At all other times, waiting calls
 * count as in flight, and the number of calls in flight is limited (`isFull`).
 */
function isOutage({
  gate,
  awaySince,
  partAway,
  writesAwaySince,
}: Pick<GateFacts, 'gate' | 'awaySince' | 'partAway' | 'writesAwaySince'>): boolean {
  if (gate !== 'serving') return awaySince !== undefined;
  return partAway !== undefined || writesAwaySince !== undefined;
}

/** Returns whether a call may be passed to the driver now. */
export function canRun(
  facts: Pick<GateFacts, 'gate' | 'lane' | 'isBlocked' | 'writesAwaySince' | 'partAway'>,
): boolean {
  if (facts.gate !== 'serving' || facts.isBlocked || facts.partAway !== undefined) return false;
  return facts.lane === 'read' || facts.writesAwaySince === undefined;
}

function waitsUntil(facts: AdmissionFacts): number | undefined {
  const { gate, partAway, now, deadlineAt } = facts;
  if (gate !== 'serving') return waitUntil(facts);
  const isExpected = partAway !== undefined && now < partAway.isExpectedUntil;
  if (isExpected) return deadlineAt;
  return waitUntil({ ...facts, awaySince: partAway === undefined ? facts.writesAwaySince : -Infinity });
}

/** The facts that determine how long a command may wait if it cannot be sent immediately. */
export interface WaitSituation {
  readonly now: number;
  /** When Redis became unavailable; undefined if nothing has failed yet, as during the first connection attempt. */
  readonly awaySince: number | undefined;
  readonly maxWaitMs: number;
  /** Milliseconds that the call may wait even if the outage has already lasted longer than `maxWaitMs`. */
  readonly patienceMs: number;
  readonly deadlineAt: number;
}

/**
 * Returns the time until which a new command may wait for a reconnection; undefined if the command has to fail
 * immediately. If nothing has failed yet, as during the first connection attempt, the command may wait until its
 * deadline. During the first `maxWaitMs` of an outage, the command may wait for `maxWaitMs`. Later in an outage, the
 * command fails, because waiting would only build a queue. A command with a `patienceMs` may wait for that long in any
 * outage.
 */
export function waitUntil(situation: WaitSituation): number | undefined {
  const { now, awaySince, maxWaitMs, patienceMs, deadlineAt } = situation;
  if (awaySince === undefined) return deadlineAt;
  const isOld = now - awaySince >= maxWaitMs;
  if (isOld && patienceMs === 0) return undefined;
  return Math.min(now + Math.max(patienceMs, maxWaitMs), deadlineAt);
}

/**
 * Returns how many milliseconds a call may wait in an outage that is older than `maxWaitMs`: Infinity for blocking
 * calls and single commands without a deadline, `command.patienceMs` for all other calls. The caller of a blocking call
 * expects to wait, and a loop that repeats a blocking call would spin if the call failed immediately.
 */
export function patienceOf({ command, slow, batch }: SlowCall): number {
  const isLasting = batch === undefined && slow.deadlineAt === Infinity;
  const waits = slow.blockingMs !== undefined || isLasting;
  return waits ? Infinity : (command.patienceMs ?? 0);
}
