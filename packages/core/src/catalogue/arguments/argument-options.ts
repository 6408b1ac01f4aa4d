import { wordAt } from './argument-words.ts';
import type { Effect } from '../effect.ts';
import { worseEffect } from '../effect.ts';

/**
 * One option of a command: the effect that a command with this option has, and the number of arguments that follow the
 * option.
 */
export type Option = Effect | { readonly effect?: Effect; readonly takes: number };

/**
 * Reads the options from index `from` to the end, or to the keyword `until`. Compares the effects of these options with
 * `plain`, the effect without options, and returns the one that is least safe to repeat. An option that is not in
 * `options` yields `never`, because it may be a condition that a newer server has added.
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
