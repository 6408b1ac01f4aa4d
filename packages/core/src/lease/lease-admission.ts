import { admit } from '../command/admission.ts';
import type { RefusalReason } from '../command/call-errors.ts';
import type { GateFacts } from '../command/admission.ts';
import type { CauseCode } from '../cause.ts';
import type { LeaseRefusal } from './lease-refusals.ts';

/** The facts on which the admission of a lease depends. */
export interface LeaseFacts {
  /** State of the shared connection's gate. */
  readonly shared: Pick<GateFacts, 'gate' | 'awaySince' | 'isIsolated'>;
  /**
   * Milliseconds that callers may wait for another database to take over, even if the outage has already lasted longer
   * than `maxWaitMs`; 0 if no takeover is expected.
   */
  readonly changePatienceMs: number;
  /** Why Redis is unavailable; undefined if it is available. */
  readonly cause: CauseCode | undefined;
  readonly isClosed: boolean;
  readonly now: number;
  readonly deadlineAt: number;
  /** When the request will have waited as long as its budget allows. */
  readonly budgetAt: number;
  readonly maxWaitMs: number;
  /** Number of idle connections that are known to be alive. */
  readonly alive: number;
  readonly leased: number;
  readonly waiting: number;
  readonly max: number;
  readonly maxWaiting: number;
  /** Whether the caller already holds a lease from the same pool; matters only while all connections are leased. */
  readonly isInsideLease: boolean;
}

export type LeaseAdmission =
  | { readonly kind: 'give' }
  | { readonly kind: 'wait'; readonly expiresAt: number }
  | { readonly kind: 'refuse'; readonly refusal: LeaseRefusal };

/**
 * Decides whether a lease is granted now, must wait, or is refused. While Redis is unavailable, the same rules apply as
 * for a command; otherwise the state of the pool decides.
 */
export function admitLease(facts: LeaseFacts): LeaseAdmission {
  const { shared, waiting, alive, leased, max, now } = facts;
  const isSpent = facts.budgetAt <= now;
  // Even while the shared connection is being remade, an established pooled connection is usable.
  const isFree = waiting === 0 && alive > 0;
  if (isFree && !facts.isClosed && shared.gate !== 'ended' && !shared.isIsolated && !isSpent) return give;
  const admission = admit({
    gate: facts.isClosed ? 'ended' : shared.gate,
    lane: 'read',
    awaySince: shared.awaySince,
    writesAwaySince: undefined,
    partAway: undefined,
    isBlocked: false,
    isIsolated: shared.isIsolated,
    now,
    deadlineAt: facts.deadlineAt,
    isRequestBudgetSpent: isSpent,
    // Callers for whom a connection is available, or can still be made, do not count towards `maxWaiting`.
    isFull: waiting - (max - leased) >= facts.maxWaiting,
    maxWaitMs: facts.maxWaitMs,
    patienceMs: facts.changePatienceMs,
    hasRoom: true,
  });
  if (admission.kind === 'refuse') return refuse(leaseRefusalOf(admission.why, facts));
  if (leased >= max && facts.isInsideLease) return refuse({ kind: 'nested' });
  const expiresAt = admission.kind === 'wait' ? admission.expiresAt : facts.deadlineAt;
  return { kind: 'wait', expiresAt: Math.min(expiresAt, facts.budgetAt) };
}

const give: LeaseAdmission = { kind: 'give' };

function leaseRefusalOf(why: RefusalReason, { cause, waiting }: LeaseFacts): LeaseRefusal {
  if (why === 'overloaded') return { kind: 'crowded', waiting };
  if (why === 'away') return { kind: 'away', cause };
  return { kind: why };
}

function refuse(refusal: LeaseRefusal): LeaseAdmission {
  return { kind: 'refuse', refusal };
}
