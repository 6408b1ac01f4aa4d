import type { Clock } from '../../clock.ts';
import type { NodeDriver, SlotRange } from '../../driver/cluster-driver.ts';
import { establish, type Target } from '../../handshake/establish.ts';
import type { Wire } from '../../socket/wire.ts';
import { askForSlots } from './ask-for-slots.ts';
import { slotRangesOf } from './slot-ranges.ts';
import { untilAnswered } from './until-answered.ts';

/** The connection to a node, and what is needed to make another one. */
export interface NodeToAsk {
  readonly driver: NodeDriver;
  readonly wire: Wire;
  readonly target: Target;
  readonly clock: Clock;
  /** Whether the node would reply over its connection immediately, so that no separate connection is needed. */
  readonly answersAtOnce: boolean;
}

/**
 * Asks a node for the owners of the slots, over the node's connection, which is made first if necessary. If that
 * connection is silent or blocked by a call, the question is sent over a separate connection. `timeoutMs` limits the
 * wait for a reply on an established connection.
 */
export async function slotsOfNode(
  { driver, wire, target, clock, answersAtOnce }: NodeToAsk,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<readonly SlotRange[]> {
  const host = driver.address.slice(0, driver.address.lastIndexOf(':'));
  const isReady = driver.status === 'ready';
  if (isReady && !answersAtOnce) {
    const { socket } = await establish(target, clock, signal);
    return askForSlots(socket, host, signal);
  }
  if (!isReady) driver.connectNow();
  const limitMs = isReady ? Math.max(timeoutMs, wire.roundTrip.limitMs()) : Infinity;
  const answer = driver.ask('cluster', ['SLOTS']);
  return slotRangesOf(await untilAnswered(clock, answer, limitMs, signal), host);
}
