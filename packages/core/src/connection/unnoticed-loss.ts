import type { Wire } from '../socket/wire.ts';
import type { LiveConnectionState } from './connection-state.ts';
import type { Subscriptions } from './subscriptions.ts';

/**
 * A connection counts as idle if no command is unanswered and nothing has been written for this many milliseconds.
 * Servers and load balancers may close an idle connection, so its loss is not a sign of an outage.
 */
const idleMs = 500;

/**
 * Returns whether the connection was reset while it was idle and had no subscriptions: no caller notices this loss if
 * the next attempt to connect succeeds.
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
