import type { Wire } from '../socket/wire.ts';
import type { LiveConnectionState } from './connection-state.ts';
import type { Subscriptions } from './subscriptions.ts';

/** A connection on which nothing was written for this long is idle: servers and load balancers may close it. */
const idleMs = 500;

/**
 * Whether a connection that served was lost in such a way that no caller notices, provided that the next attempt to
 * connect succeeds: it was idle, nothing was unanswered, and it had no subscriptions.
 */
export function isUnnoticedLoss(
  state: LiveConnectionState,
  wire: Pick<Wire, 'writtenAt' | 'oldestSentAt'>,
  subscriptions: Pick<Subscriptions, 'isActive'>,
): boolean {
  if (state.kind !== 'reconnecting' || state.cause !== 'connection-reset') return false;
  const isIdle = state.since - wire.writtenAt >= idleMs && wire.oldestSentAt() === undefined;
  return isIdle && !subscriptions.isActive;
}
