import { createHash } from 'node:crypto';
import { integerAt, textAt } from '../arguments/argument-words.ts';
import { lockReleaseArgs } from './lock-release.ts';
import type { LockRelease } from './redlock.ts';

/** The SHA-1 digest of the script with which @medusajs/locking-redis 2 takes a lock, and the length of its text. */
const takeDigest = '0eafb65e6aa537bcc966e2af2a66dc7f3f66e121';
const takeLength = 1068;

/**
 * The owner that `execute` creates for each of its calls. Any other owner was chosen by the application, which may hold
 * the lock already, and may take it again.
 */
const ownerOfOneCall = /^execute:[\da-f-]{36}$/;

/**
 * Returns how to release the lock that `execute` of @medusajs/locking-redis takes with this command; undefined for any
 * other command.
 */
export function medusaReleaseOf(name: string, args: readonly unknown[]): LockRelease | undefined {
  if (args.length !== 6 || integerAt(args, 1) !== 1 || !takesLock(name, textAt(args, 0))) return undefined;
  const [key, owner, seconds] = [textAt(args, 2), textAt(args, 3), integerAt(args, 4)];
  if (key === '' || !ownerOfOneCall.test(owner) || !(seconds > 0)) return undefined;
  return { args: lockReleaseArgs([key], owner), ttlMs: seconds * 1000 };
}

/** The driver sends the text of the script, and not its digest, when it uses the script first on a connection. */
function takesLock(name: string, script: string): boolean {
  if (name === 'evalsha') return script === takeDigest;
  if (name !== 'eval' || script.length !== takeLength) return false;
  return createHash('sha1').update(script).digest('hex') === takeDigest;
}
