import { argumentRule } from './arguments/argument-rules.ts';
import type { Category } from './category.ts';
import { traitsOf, traitsOfCall } from './command-traits.ts';
import type { CommandTraits } from './command-traits.ts';
import type { Effect } from './effect.ts';
import { isRepeatable } from './effect.ts';
import { workerOf } from './unaided-library.ts';

/** Categories by command name in lower case, such as `mymodule.get`, `set` or `xgroup|create`. */
export type CategoryOverrides = Readonly<Record<string, Category>>;

/**
 * Returns whether a call may be retried when its outcome is unknown. Calls of the categories `read` and
 * `write-last-wins` may be retried. A call of the category `write-checked` may be retried if a second run leaves the
 * same data, and if the reply to the second run misleads no caller.
 *
 * | retried | why |
 * | --- | --- |
 * | SET XX, EXPIRE XX, HSETEX FXX, JSON.SET XX, XADD IDMP | the condition holds for the second run as for the first: the reply is the same |
 * | ZADD XX, GT, LT | likewise, and the reply counts only new members |
 * | DEL, UNLINK | the keys are gone either way; the second reply may be 0 |
 * | XACK, XTRIM, ZREMRANGEBYSCORE, ZREMRANGEBYLEX | no caller uses the count to claim something; the second reply may be 0 |
 * | PFADD | its reply is an estimate |
 * | BZPOPMIN and BRPOPLPUSH with which a worker of BullMQ or Bull waits for its next job | the worker finds the job even if the reply was lost |
 *
 * | not retried | why |
 * | --- | --- |
 * | SET NX, SETNX, HSETNX, MSETNX, ZADD NX, COPY, RENAMENX | a caller that has just acquired a lock would read that it is taken |
 * | SET IFEQ | a caller whose comparison succeeded would read that it failed |
 * | SADD, BF.ADD | a caller that added the member would read that it was already there |
 * | SREM, ZREM, HDEL, XDEL, SMOVE, LREM 0 | a caller that has just claimed a job would read that another has claimed it |
 * | RENAME, XADD with an id, XGROUP CREATE | the second run fails, although the first one succeeded |
 *
 * A category that the user has set in the options is trusted: calls of the categories `read` and `write-last-wins` are
 * retried, all others are not.
 */
export function maySendAgain(
  traits: CommandTraits,
  args: readonly unknown[],
  overrides?: CategoryOverrides,
): boolean {
  const override = overrideOf(traits, args, overrides);
  if (override !== undefined) return isRepeatable(override);
  const isWait = traits.kind === 'blocking' && workerOf(traits.name, args) !== undefined;
  return isWait || isRepeatable(effectOf(traits, args));
}

/** Like {@link maySendAgain}, for commands that are sent as a unit. MULTI and EXEC themselves have no effect. */
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
 * Returns the effect of running a call twice, according to the command tables and the call's arguments: `never` for
 * unknown commands and scripts.
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
