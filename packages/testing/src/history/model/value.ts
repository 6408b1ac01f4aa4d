import type { Reply } from '../reply.ts';

/** The value of a key: a string, a list, a set, or a hash. Empty collections do not exist. */
export type Value = string | readonly string[] | ReadonlySet<string> | ReadonlyMap<string, string>;

/** The reply to a command on one key, and the key's value afterwards. */
export interface Step {
  readonly reply: Reply;
  readonly value: Value | undefined;
}

/** A command on one key; `args` are the arguments after the key. */
export type KeyCommand = (value: Value | undefined, args: readonly string[]) => Step;

export const ok = 'OK';
export const wrongType: Reply = { error: 'WRONGTYPE' };
export const notANumber: Reply = { error: 'ERR value is not an integer or out of range' };

/** Adds two integers as Redis does, in 64 bits; undefined if one of them is not an integer. */
export function sumOf(left: string, right: string): string | undefined {
  if (!/^-?\d+$/.test(left) || !/^-?\d+$/.test(right)) return undefined;
  return String(BigInt.asIntN(64, BigInt(left) + BigInt(right)));
}
