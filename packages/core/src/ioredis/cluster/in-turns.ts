import type { Clock } from '../../clock.ts';

/** Number of nodes to create or end in one turn of the event loop; each node takes tens of microseconds. */
export const nodesPerTurn = 32;

/**
 * Runs the steps, and waits for the next turn of the event loop after each. Stops and returns false once `isGone`
 * returns true.
 */
export async function inTurns(steps: Iterable<void>, clock: Clock, isGone: () => boolean): Promise<boolean> {
  if (isGone()) return false;
  for (const _ of steps) {
    await nextTurn(clock);
    if (isGone()) return false;
  }
  return true;
}

export function nextTurn(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.setImmediate(resolve));
}
