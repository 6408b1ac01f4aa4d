import { collectionRules } from './argument-rules-collections.ts';
import { moduleRules } from './argument-rules-modules.ts';
import { storeRules } from './argument-rules-store.ts';
import { stringRules } from './argument-rules-strings.ts';
import type { ArgumentRule } from '../effect.ts';

/** Returns the rule of a command whose effect is `by-arguments`, or undefined for any other command. */
export function argumentRule(name: string): ArgumentRule | undefined {
  return rules.get(name);
}

const rules: ReadonlyMap<string, ArgumentRule> = new Map([
  ...Object.entries(stringRules),
  ...Object.entries(collectionRules),
  ...Object.entries(storeRules),
  ...Object.entries(moduleRules),
]);
