import { textAt } from './arguments/argument-words.ts';

/**
 * A library that runs a job again when the command that reports the end of the job fails. The package `fallback` has a
 * helper for each library that is listed here, so that the library meets no errors in an outage.
 */
export type UnaidedLibrary = 'bullmq' | 'bull';

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

/**
 * Returns whether a worker of BullMQ or Bull takes a job, ends a job or plans the next run of a scheduler with this
 * script, judging by the names of its keys.
 */
export function isWorkerScript(name: string, args: readonly unknown[]): boolean {
  if (name !== 'evalsha') return false;
  const first = textAt(args, 2);
  if (first.endsWith(':wait')) return textAt(args, 3).endsWith(':active');
  return (
    first.endsWith(':repeat') && textAt(args, 3).endsWith(':delayed') && textAt(args, 13).endsWith(':active')
  );
}
