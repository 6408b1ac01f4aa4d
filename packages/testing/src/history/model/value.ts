import type { Reply } from '../reply.ts';

/** What a key holds: a string, a list, a set, or a hash. Nothing holds an empty collection. */
export type Value = string | readonly string[] | ReadonlySet<string> | ReadonlyMap<string, string>;

/** What a command on one key answers, and what the key holds then. */
export interface Step {
  readonly reply: Reply;
  readonly value: Value | undefined;
}

/** A command on one key; `args` are those after the key. */
export type KeyCommand = (value: Value | undefined, args: readonly string[]) => Step;

export const ok = 'OK';
export const wrongType: Reply = { error: 'WRONGTYPE' };
export const notANumber: Reply = { error: 'ERR value is not an integer or out of range' };

/** Adds two integers as Redis does, in 64 bits; undefined where one of them is none. */
export function sumOf(left: string, right: string): string | undefined {
  if (!/^-?\d+$/.test(left) || !/^-?\d+$/.test(right)) return undefined;
  return String(BigInt.asIntN(64, BigInt(left) + BigInt(right)));
}
