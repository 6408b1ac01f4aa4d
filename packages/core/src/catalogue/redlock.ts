import { integerAt, textAt } from './arguments/argument-words.ts';
import { lockReleaseArgs } from './lock-release.ts';

/** The SHA-1 digests of the scripts with which redlock 4 and @sesamecare-oss/redlock 1 take a lock. */
const lockScripts: ReadonlySet<unknown> = new Set([
  'e5a322e2634ef59a516e8ea150cb085afafee684',
  '1b77b94aa78451d55dfa97e18819bfbfc596cb5b',
]);

/** How to release a lock of redlock. */
export interface LockRelease {
  /** The arguments of EVAL. The script deletes only keys that contain the token of this lock. */
  readonly args: readonly string[];
  readonly ttlMs: number;
}

/** Returns how to release the lock that redlock takes with this command; undefined for any other command. */
export function lockReleaseOf(name: string, args: readonly unknown[]): LockRelease | undefined {
  if (name !== 'evalsha' || !lockScripts.has(args[0])) return undefined;
  const keyCount = integerAt(args, 1);
  const texts = args.map((_, index) => textAt(args, index));
  // The keys are followed by the token and the ttl; @sesamecare-oss/redlock passes a database before both.
  const isComplete = [4, 5].includes(texts.length - keyCount) && texts.every((text) => text !== '');
  if (!isComplete) return undefined;
  const keys = texts.slice(2, 2 + keyCount);
  return { args: lockReleaseArgs(keys, texts.at(-2) as string), ttlMs: integerAt(args, args.length - 1) };
}
