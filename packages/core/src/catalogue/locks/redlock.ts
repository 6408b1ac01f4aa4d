import { integerAt, textAt } from '../arguments/argument-words.ts';
import { lockReleaseArgs } from './lock-release.ts';
import { lockScriptOf } from './lock-scripts.ts';

/** How to release a lock of redlock. */
export interface LockRelease {
  /** The arguments of EVAL. The script deletes only keys that contain the token of this lock. */
  readonly args: readonly string[];
  readonly ttlMs: number;
}

/** Returns how to release the lock that redlock takes with this command; undefined for any other command. */
export function lockReleaseOf(name: string, args: readonly unknown[]): LockRelease | undefined {
  const script = name === 'evalsha' ? lockScriptOf(textAt(args, 0)) : undefined;
  const keyCount = integerAt(args, 1);
  if (script?.does !== 'take' || args.length !== 2 + keyCount + script.argumentCount) return undefined;
  const texts = args.map((_, index) => textAt(args, index));
  if (texts.includes('')) return undefined;
  const keys = texts.slice(2, 2 + keyCount);
  return { args: lockReleaseArgs(keys, texts.at(-2) as string), ttlMs: integerAt(args, args.length - 1) };
}
