import { effectOf } from '../../../packages/core/src/catalogue/categorise.ts';
import type { Category } from '../../../packages/core/src/catalogue/category.ts';
import type { CommandTraits } from '../../../packages/core/src/catalogue/command-traits.ts';

/** The category of a call, as users know it: that of its effect, which parts the checked writes in two. */
export function categoryOf(traits: CommandTraits, args: readonly unknown[]): Category {
  const effect = effectOf(traits, args);
  return effect === 'write-checked-safe' ? 'write-checked' : effect;
}
