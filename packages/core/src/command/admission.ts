import type { RefusalReason } from './call-errors.ts';
import type { Lane } from '../snapshot.ts';
import type { SlowCall } from './call.ts';
import type { PartAway } from './dispatch.ts';

/** What a gate says of a lane. */
export interface GateFacts {
  readonly gate: 'serving' | 'held' | 'ended';
  readonly lane: Lane;
  /** When the connection went away; undefined while it stands, or nothing failed yet. */
  readonly awaySince: number | undefined;
  /** When a replica took the primary's place; undefined while writes work. */
  readonly writesAwaySince: number | undefined;
  /** The part of Redis that the call needs is away; undefined while it is not. */
  readonly partAway: PartAway | undefined;
  /** The socket takes no bytes for now. */
  readonly isBlocked: boolean;
  readonly isIsolated: boolean;
}

/** Everything the admission of one call depends on. */
export interface AdmissionFacts extends GateFacts {
  readonly now: number;
  readonly deadlineAt: number;
  readonly isRequestBudgetSpent: boolean;
  /** As many calls are in flight, or wait for a socket that takes no bytes, as may be. */
  readonly isFull: boolean;
  readonly maxWaitMs: number;
  /** Milliseconds for which this call waits, however old the outage. */
  readonly patienceMs: number;
  /** Whether the bounded queue has room for it. */
  readonly hasRoom: boolean;
}

export type Admission =
  | { readonly kind: 'run' }
  | { readonly kind: 'wait'; readonly expiresAt: number }
  | { readonly kind: 'refuse'; readonly why: RefusalReason };

/** Decides whether a call runs now, waits, or fails at once; the refusals in the order of what the caller should know. */
export function admit(facts: AdmissionFacts): Admission {
  if (facts.gate === 'ended') return { kind: 'refuse', why: 'closed' };
  if (facts.isRequestBudgetSpent) return { kind: 'refuse', why: 'request-budget' };
  if (facts.isIsolated) return { kind: 'refuse', why: 'isolated' };
  if (facts.isFull) return { kind: 'refuse', why: 'overloaded' };
  if (canRun(facts)) return { kind: 'run' };
  const expiresAt = waitsUntil(facts);
  if (expiresAt === undefined) return { kind: 'refuse', why: 'away' };
  // A call that waits only for the socket to take bytes again is as good as sent.
  const isBusy =
    facts.gate === 'serving' && facts.partAway === undefined && facts.writesAwaySince === undefined;
  return facts.hasRoom || isBusy ? { kind: 'wait', expiresAt } : { kind: 'refuse', why: 'overloaded' };
}

/** Whether a call may be handed to the driver right now. */
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

/** What is known when a command cannot be sent right away. */
export interface WaitSituation {
  readonly now: number;
  /** When Redis went away; undefined while nothing failed yet, as in the first connection after the start. */
  readonly awaySince: number | undefined;
  readonly maxWaitMs: number;
  /** Milliseconds for which the call waits, however old the outage. */
  readonly patienceMs: number;
  readonly deadlineAt: number;
}

/**
 * Wait, then fail: until when a fresh command waits for a reconnection, or undefined to fail at once. While nothing has
 * failed yet, as in the first attempt to connect, it waits until its deadline. In the first `maxWaitMs` of an outage it
 * waits at most that long; when the outage is older, waiting would only build a queue. A call with a patience of its own
 * waits for that long at any time.
 */
export function waitUntil(situation: WaitSituation): number | undefined {
  const { now, awaySince, maxWaitMs, patienceMs, deadlineAt } = situation;
  if (awaySince === undefined) return deadlineAt;
  const isOld = now - awaySince >= maxWaitMs;
  const waitMs = Math.max(patienceMs, isOld ? 0 : maxWaitMs);
  return isOld && patienceMs === 0 ? undefined : Math.min(now + waitMs, deadlineAt);
}

/** Longest wait of a blocking call for a connection: it asked to wait anyway, and a loop around it must not spin. */
const maxPatienceMs = 5_000;

const subscribing = /^[ps]?(un)?subscribe$/;

/** Whether a command changes the subscriptions of its connection: a wish that stands until it is met. */
export function isSubscribing(name: string): boolean {
  return subscribing.test(name);
}

/** Milliseconds for which a call waits in any outage, however old. */
export function patienceOf({ traits, slow, batch }: SlowCall): number {
  if (batch === undefined && isSubscribing(traits.name)) return Infinity;
  return Math.min(slow.blockingMs ?? 0, maxPatienceMs);
}
