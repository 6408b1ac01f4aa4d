import { admit } from '../command/admission.ts';
import type { RefusalReason } from '../command/call-errors.ts';
import type { GateFacts } from '../command/admission.ts';
import type { CauseCode } from '../cause.ts';
import type { LeaseRefusal } from './lease-refusals.ts';

/** Everything the admission of one lease depends on. */
export interface LeaseFacts {
  /** What the gate of the shared connection says. */
  readonly shared: Pick<GateFacts, 'gate' | 'awaySince' | 'isIsolated'>;
  /** Why Redis is away; undefined while it is not. */
  readonly cause: CauseCode | undefined;
  readonly isClosed: boolean;
  readonly now: number;
  readonly deadlineAt: number;
  /** Until when the budget of the request lasts. */
  readonly budgetAt: number;
  readonly maxWaitMs: number;
  /** Connections that stand unused and alive. */
  readonly alive: number;
  readonly leased: number;
  readonly waiting: number;
  readonly max: number;
  readonly maxWaiting: number;
  /** Whether the caller is inside a lease of the same pool. */
  readonly isInsideLease: boolean;
}

export type LeaseAdmission =
  | { readonly kind: 'give' }
  | { readonly kind: 'wait'; readonly expiresAt: number }
  | { readonly kind: 'refuse'; readonly refusal: LeaseRefusal };

/**
 * Decides whether a lease is given now, waits, or is refused: while Redis is away exactly as a command, and otherwise by
 * what the pool has.
 */
export function admitLease(facts: LeaseFacts): LeaseAdmission {
  const { shared, waiting, alive, leased, max, now } = facts;
  const isSpent = facts.budgetAt <= now;
  // A connection that stands is as good as ever while the shared one is made again.
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
    // Those for whom there is a connection, or will be, are no crowd.
    isFull: waiting - (max - leased) >= facts.maxWaiting,
    maxWaitMs: facts.maxWaitMs,
    patienceMs: 0,
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
