import { argumentRule } from './argument-rules.ts';
import type { Category } from './category.ts';
import { traitsOf, traitsOfCall } from './command-traits.ts';
import type { CommandTraits } from './command-traits.ts';
import type { Effect } from './effect.ts';
import { categoryOfEffect, isRepeatable } from './effect.ts';

/** Categories by command name in lower case: `mymodule.get`, `set`, `xgroup|create`. */
export type CategoryOverrides = Readonly<Record<string, Category>>;

/**
 * The category of one call: the user's own where there is one, else what the table and the arguments say. Unknown
 * commands and scripts are `never`.
 *
 * @example
 * categoryOf(traitsOf('set'), ['key', 'value', 'NX']); // 'write-checked'
 */
export function categoryOf(
  traits: CommandTraits,
  args: readonly unknown[],
  overrides?: CategoryOverrides,
): Category {
  return overrideOf(traits, args, overrides) ?? categoryOfEffect(effectOf(traits, args));
}

/**
 * Whether a call may be sent again when nobody knows if it ran: a `read`, a `write-last-wins`, and those
 * `write-checked` calls whose second run leaves the same data and misleads nobody by its answer.
 *
 * | sent again | why |
 * | --- | --- |
 * | SET XX, EXPIRE XX, HSETEX FXX, JSON.SET XX, XADD IDMP | what held for the first run holds for the second: the same answer |
 * | ZADD XX, GT, LT | the same, and the answer counts new members only |
 * | DEL, UNLINK | the SET of nothing; the answer may be 0 |
 * | XACK, XTRIM, ZREMRANGEBYSCORE, ZREMRANGEBYLEX | a removal that is no claim; the answer may be 0 |
 * | PFADD | its answer is an estimate |
 *
 * | not sent again | why |
 * | --- | --- |
 * | SET NX, SETNX, HSETNX, MSETNX, ZADD NX, COPY, RENAMENX | a lock that was taken would answer "taken" |
 * | SET IFEQ | a comparison that was won would answer "lost" |
 * | SADD, BF.ADD | "is it new" would answer no |
 * | SREM, ZREM, HDEL, XDEL, SMOVE, LREM 0 | a job that was claimed would answer "somebody else has it" |
 * | RENAME, XADD with an id, XGROUP CREATE | would answer an error although it worked |
 *
 * A category the user gave is taken at its word: `read` and `write-last-wins` are sent again, all others are not.
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

function effectOf(traits: CommandTraits, args: readonly unknown[]): Effect {
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
