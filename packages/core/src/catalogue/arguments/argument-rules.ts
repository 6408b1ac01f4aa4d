import { collectionRules } from './argument-rules-collections.ts';
import { moduleRules } from './argument-rules-modules.ts';
import { storeRules } from './argument-rules-store.ts';
import { stringRules } from './argument-rules-strings.ts';
import type { ArgumentRule } from '../effect.ts';

/**
 * Returns the rule that derives a command's effect from its arguments; undefined if the effect is the same for all
 * arguments.
 */
export function argumentRule(name: string): ArgumentRule | undefined {
  return rules.get(name);
}

const rules: ReadonlyMap<string, ArgumentRule> = new Map([
  ...Object.entries(stringRules),
  ...Object.entries(collectionRules),
  ...Object.entries(storeRules),
  ...Object.entries(moduleRules),
]);
