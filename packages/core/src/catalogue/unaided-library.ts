import { textAt } from './arguments/argument-words.ts';

/**
 * A library that pauses for seconds, or loses a lock, when one of its commands fails. The package `fallback` has a
 * helper for each of these libraries, which keeps most errors of an outage away from the library.
 */
export type UnaidedLibrary = 'bullmq' | 'bull' | 'redlock';

/**
 * Returns the library whose worker waits for its next job with this command, judging by the names of its keys;
 * undefined for any other command.
 *
 * @example
 * workerOf('bzpopmin', ['bull:mails:marker', 5]); // 'bullmq'
 */
export function workerOf(name: string, args: readonly unknown[]): 'bullmq' | 'bull' | undefined {
  if (name === 'bzpopmin' && textAt(args, 0).endsWith(':marker')) return 'bullmq';
  const isBull =
    name === 'brpoplpush' && textAt(args, 0).endsWith(':wait') && textAt(args, 1).endsWith(':active');
  return isBull ? 'bull' : undefined;
}

/** The SHA-1 digests of the scripts with which redlock 4 and @sesamecare-oss/redlock 1 take a lock. */
const lockScripts: ReadonlySet<unknown> = new Set([
  'e5a322e2634ef59a516e8ea150cb085afafee684',
  '1b77b94aa78451d55dfa97e18819bfbfc596cb5b',
]);

/** Returns whether redlock takes a lock with this command. */
export function takesLock(name: string, args: readonly unknown[]): boolean {
  return name === 'evalsha' && lockScripts.has(args[0]);
}
