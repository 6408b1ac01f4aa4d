import { effectOf } from '../../../packages/core/src/catalogue/categorise.ts';
import type { Category } from '../../../packages/core/src/catalogue/category.ts';
import type { CommandTraits } from '../../../packages/core/src/catalogue/command-traits.ts';

/**
 * Returns the category of a call in the public API. Internally, core also has `write-checked-safe`, which the public
 * API reports as `write-checked`.
 */
export function categoryOf(traits: CommandTraits, args: readonly unknown[]): Category {
  const effect = effectOf(traits, args);
  return effect === 'write-checked-safe' ? 'write-checked' : effect;
}
