import type { ConnectionState } from '../snapshot.ts';
import { wordAt } from './arguments/argument-words.ts';
import { workerOf } from './unaided-library.ts';

/**
 * Returns whether a command has no deadline, but waits until it succeeds or its client is closed:
 *
 * - A command that changes the subscriptions or the database of its connection. An unnoticed failure would
 *   leave the connection without messages, or later commands on another database.
 * - PUBSUB NUMSUB and PUBSUB SHARDNUMSUB, with which an adapter of Socket.IO asks how many servers are to answer. Two of
 *   the three adapters do not handle a failure, so it would end the process.
 * - A command with which a worker of BullMQ or Bull waits for its next job. If this command failed, the worker would
 *   pause, and look for jobs up to 10 s late.
 * - SCRIPT LOAD, unless it is issued while a connection is lost that was open before. rate-limit-redis and similar
 *   libraries load a script once, when they are created or when the server has lost the script, so a failure would
 *   last until the process ends. A library that loads its script again in the middle of an outage does so for each
 *   request, which must not wait for the end of the outage. Nor does a client that parses replies itself wait: it keeps
 *   the scripts.
 */
export function waitsUntilDone(
  name: string,
  { args, isRaw }: { readonly args: readonly unknown[]; readonly isRaw?: boolean },
  state: ConnectionState,
): boolean {
  if (name === 'script')
    return isRaw !== true && wordAt(args, 0) === 'LOAD' && state !== 'reconnecting' && state !== 'stalled';
  if (name === 'pubsub') return subscriberCounts.has(wordAt(args, 0));
  return name === 'select' || isSubscribing(name) || workerOf(name, args) !== undefined;
}

const subscriberCounts: ReadonlySet<string> = new Set(['NUMSUB', 'SHARDNUMSUB']);

const subscribing = /^[ps]?(un)?subscribe$/;

/** Returns whether a command changes the subscriptions of its connection. */
export function isSubscribing(name: string): boolean {
  return subscribing.test(name);
}

/** Returns whether a command ends subscriptions of its connection. */
export function isUnsubscribing(name: string): boolean {
  return isSubscribing(name) && name.includes('un');
}
