import type { Reply } from '../reply.ts';

/** The value of a key: a string, a list, a set, or a hash. Empty collections do not exist, as in Redis. */
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
export const outOfRange: Reply = { error: 'ERR value is out of range, must be positive' };
export const notANumber: Reply = { error: 'ERR value is not an integer or out of range' };

/**
 * Returns the sum of two integers. Returns undefined if Redis would refuse to add them, because one of them or the sum
 * is not a 64-bit integer.
 */
export function sumOf(left: string, right: string): string | undefined {
  if (!isInteger(left) || !isInteger(right)) return undefined;
  const sum = String(BigInt(left) + BigInt(right));
  return isInteger(sum) ? sum : undefined;
}

// Redis accepts neither a leading zero nor a plus sign.
function isInteger(text: string): boolean {
  if (!/^(0|-?[1-9]\d{0,18})$/.test(text)) return false;
  return BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}
