import type { Category } from './category.ts';

/**
 * The effect of running a command twice: the command's category, except that the category `write-checked` is split in
 * two. For `write-checked-safe`, the second run leaves the same data, and the second reply misleads no caller. For
 * `write-checked`, the second reply contradicts the first run: a second SET NX would tell the holder of a lock that the
 * lock was not acquired.
 */
export type Effect = Category | 'write-checked-safe';

/**
 * A rule for one command: returns the effect of a call according to the call's arguments, or `never` if the rule does
 * not know one of them.
 */
export type ArgumentRule = (args: readonly unknown[]) => Effect;

/** Returns whether a command with this effect may be retried when its outcome is unknown. */
export function isRepeatable(effect: Effect): boolean {
  return effect === 'read' || effect === 'write-last-wins' || effect === 'write-checked-safe';
}

/** Returns the one of two effects that is less safe to repeat. */
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
