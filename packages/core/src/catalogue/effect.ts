import type { Category } from './category.ts';

/**
 * What running a command twice does: its category, with the checked writes parted in two. Of a
 * `write-checked-safe` the second run leaves the same data and gives an answer that misleads nobody; of a
 * `write-checked` the second answer denies what the first run did (SET NX as a lock: "no", though it has the lock).
 */
export type Effect = Category | 'write-checked-safe';

/** Tells the effect of one call from its arguments. What the rule cannot read is `never`. */
export type ArgumentRule = (args: readonly unknown[]) => Effect;

/** Whether a command of this effect may be sent again when nobody knows if it ran. */
export function isRepeatable(effect: Effect): boolean {
  return effect === 'read' || effect === 'write-last-wins' || effect === 'write-checked-safe';
}

/** Of two effects the one that is the harder to repeat. */
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
