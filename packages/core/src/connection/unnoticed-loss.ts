import type { Wire } from '../socket/wire.ts';
import type { LiveConnectionState } from './connection-state.ts';
import type { Subscriptions } from './subscriptions.ts';

/**
 * A connection without unanswered commands on which nothing has been written for this long counts as idle. Servers and
 * load balancers may close such a connection, so its loss is not a sign of an outage.
 */
const idleMs = 500;

/**
 * Returns whether no caller notices the loss of this connection, provided that the next attempt to connect succeeds: it
 * was serving and idle, no command was unanswered, and it had no subscriptions.
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
