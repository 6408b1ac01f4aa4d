import type { Clock } from '../../clock.ts';

/** Creating or ending a node takes tens of microseconds. */
export const nodesPerTurn = 32;

/**
 * Runs the steps, and waits for the next turn of the event loop after each. Returns false, and goes no further, once
 * `isGone` returns true.
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
