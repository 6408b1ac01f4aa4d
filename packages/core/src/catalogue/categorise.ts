import { argumentRule } from './argument-rules.ts';
import type { Category } from './category.ts';
import { traitsOf, traitsOfCall } from './command-traits.ts';
import type { CommandTraits } from './command-traits.ts';
import type { Effect } from './effect.ts';
import { isRepeatable } from './effect.ts';

/** Categories by command name in lower case: `mymodule.get`, `set`, `xgroup|create`. */
export type CategoryOverrides = Readonly<Record<string, Category>>;

/**
 * Whether a call may be sent again when its outcome is unknown: a `read`, a `write-last-wins`, and those
 * `write-checked` calls whose second run leaves the same data and whose second answer misleads no caller.
 *
 * | sent again | why |
 * | --- | --- |
 * | SET XX, EXPIRE XX, HSETEX FXX, JSON.SET XX, XADD IDMP | the condition holds for the second run as for the first: the answer is the same |
 * | ZADD XX, GT, LT | likewise, and the answer counts new members only |
 * | DEL, UNLINK | the keys are gone either way; the second answer may be 0 |
 * | XACK, XTRIM, ZREMRANGEBYSCORE, ZREMRANGEBYLEX | nobody takes the count as a claim; the second answer may be 0 |
 * | PFADD | its answer is an estimate |
 *
 * | not sent again | why |
 * | --- | --- |
 * | SET NX, SETNX, HSETNX, MSETNX, ZADD NX, COPY, RENAMENX | a caller that has just got the lock would read that it is taken |
 * | SET IFEQ | a caller whose comparison succeeded would read that it failed |
 * | SADD, BF.ADD | a caller that added the member would read that it was there before |
 * | SREM, ZREM, HDEL, XDEL, SMOVE, LREM 0 | a caller that has just claimed a job would read that another one has it |
 * | RENAME, XADD with an id, XGROUP CREATE | the second run fails, although the first one worked |
 *
 * A category from the options is trusted: calls of `read` and `write-last-wins` are sent again, all others are not.
 */
export function maySendAgain(
  traits: CommandTraits,
  args: readonly unknown[],
  overrides?: CategoryOverrides,
): boolean {
  return isRepeatable(overrideOf(traits, args, overrides) ?? effectOf(traits, args));
}

/** As {@link maySendAgain}, for commands that are sent as one. MULTI and EXEC have no effect of their own. */
export function maySendAllAgain(
  commands: readonly { readonly name: string; readonly args: readonly unknown[] }[],
  overrides?: CategoryOverrides,
): boolean {
  return commands.every(({ name, args }) => {
    const traits = traitsOf(name);
    return traits.name === 'multi' || traits.name === 'exec' || maySendAgain(traits, args, overrides);
  });
}

/**
 * What running one call twice does, by the tables and its arguments. Unknown commands and scripts are `never`.
 *
 * @example
 * effectOf(traitsOf('set'), ['key', 'value', 'NX']); // 'write-checked'
 */
export function effectOf(traits: CommandTraits, args: readonly unknown[]): Effect {
  const call = traitsOfCall(traits.name, args);
  if (call.effect !== 'by-arguments') return call.effect;
  return argumentRule(call.name)?.(args) ?? 'never';
}

function overrideOf(
  traits: CommandTraits,
  args: readonly unknown[],
  overrides: CategoryOverrides | undefined,
): Category | undefined {
  if (overrides === undefined) return undefined;
  const call = traitsOfCall(traits.name, args).name;
  if (Object.hasOwn(overrides, call)) return overrides[call];
  return Object.hasOwn(overrides, traits.name) ? overrides[traits.name] : undefined;
}
