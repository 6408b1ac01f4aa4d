import { wordAt } from './argument-words.ts';
import type { Effect } from '../effect.ts';
import { worseEffect } from '../effect.ts';

/** The effect of a command with this option, and the number of arguments that belong to the option. */
export type Option = Effect | { readonly effect?: Effect; readonly takes: number };

/**
 * Reads the options from index `from` to the end, or to the keyword `until`. Returns whichever effect is least safe to
 * repeat: that of one of these options, or `plain`, the effect without options. An option that is not in `options`
 * yields `never`, because it may be a condition that a newer server has added.
 */
export function effectOfOptions(
  args: readonly unknown[],
  from: number,
  plain: Effect,
  options: Readonly<Record<string, Option>>,
  until?: string,
): Effect {
  let effect = plain;
  for (let index = from; index < args.length; index++) {
    const word = wordAt(args, index);
    if (word === until) return effect;
    const option = options[word];
    if (option === undefined) return 'never';
    if (typeof option === 'string') {
      effect = worseEffect(effect, option);
    } else {
      effect = worseEffect(effect, option.effect ?? plain);
      index += option.takes;
    }
  }
  return effect;
}
