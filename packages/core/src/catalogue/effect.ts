import type { Category } from './category.ts';

/**
 * What running a command twice does: its category, with the checked writes split in two. After `write-checked-safe` the
 * second run leaves the same data, and its answer misleads no caller. After `write-checked` the second answer
 * contradicts the first run: a second SET NX would tell the holder of a lock that it has not got it.
 */
export type Effect = Category | 'write-checked-safe';

/** Reads the effect of one call from its arguments: `never` for arguments that the rule does not know. */
export type ArgumentRule = (args: readonly unknown[]) => Effect;

/** Whether a command of this effect may be sent again when its outcome is unknown. */
export function isRepeatable(effect: Effect): boolean {
  return effect === 'read' || effect === 'write-last-wins' || effect === 'write-checked-safe';
}

/** The effect, of two, that is harder to repeat. */
export function worseEffect(a: Effect, b: Effect): Effect {
  return hardness[a] >= hardness[b] ? a : b;
}

const hardness: Readonly<Record<Effect, number>> = {
  read: 0,
  'write-last-wins': 1,
  'write-checked-safe': 2,
  'write-checked': 3,
  'write-accumulating': 4,
  admin: 5,
  never: 6,
};
