import type { DriverCommand } from '../driver/driver-command.ts';
import type { Subscriptions } from '../driver/subscriptions.ts';
import type { Condition, Internals } from './internals.ts';

/**
 * The number in the confirmation of UNSUBSCRIBE includes patterns, and the number in the confirmation of PUNSUBSCRIBE
 * includes channels. For each of the two commands, the map contains the kind of subscription that the number includes
 * in addition.
 */
const countedWith: ReadonlyMap<string, 'subscribe' | 'psubscribe'> = new Map([
  ['unsubscribe', 'psubscribe'],
  ['punsubscribe', 'subscribe'],
]);
const endedBy = { unsubscribe: 'subscribe', punsubscribe: 'psubscribe' } as const;

/** The number of confirmations that a command without channels is still waiting for. */
const awaited = new WeakMap<DriverCommand, number>();

/** Returns the subscriptions of a connection or, if it was lost, those that it had. */
export function subscriptionsOf({ condition, prevCondition }: Internals): Subscriptions {
  const set = condition?.subscriber || prevCondition?.subscriber;
  const channels = (kind: keyof Subscriptions): string[] => (set ? set.channels(kind) : []);
  return {
    subscribe: channels('subscribe'),
    psubscribe: channels('psubscribe'),
    ssubscribe: channels('ssubscribe'),
  };
}

/**
 * Calls `read`, with which ioredis reads the confirmation that a subscription has ended, and corrects the conclusion
 * that ioredis draws from the number of subscriptions in the confirmation. This number counts either channels and
 * patterns, or shard channels. ioredis takes a zero for the end of all subscriptions, and would ignore later messages
 * on the others. If UNSUBSCRIBE or PUNSUBSCRIBE names no channels, ioredis would wait until the number is zero, which
 * cannot happen while there are subscriptions of the other kind.
 */
export function readUnsubscribed(target: Internals, name: string, read: () => void): void {
  const { commandQueue, condition } = target;
  const subscriber = condition?.subscriber;
  const command = commandQueue.peekFront()?.command;
  const isLast = command?.name === name && command.args.length === 0 && isLastOf(command, condition);
  read();
  if (condition?.subscriber === false && subscriber && hasChannels(subscriber)) {
    condition.subscriber = subscriber;
  }
  if (!isLast || command !== commandQueue.peekFront()?.command) return;
  commandQueue.shift();
  const other = countedWith.get(name);
  const count =
    condition?.subscriber && other !== undefined ? condition.subscriber.channels(other).length : 0;
  command.resolve(count);
}

/**
 * Returns whether the next confirmation is the last one for this command, which names no channels and so ends all
 * subscriptions of its kind.
 */
function isLastOf(command: DriverCommand, condition: Condition | null): boolean {
  // A confirmation of SUNSUBSCRIBE counts only shard channels, so the number in the last one is zero.
  if (!countedWith.has(command.name)) return false;
  const kind = endedBy[command.name as keyof typeof endedBy];
  const total = condition?.subscriber ? condition.subscriber.channels(kind).length : 0;
  const left = (awaited.get(command) ?? Math.max(1, total)) - 1;
  awaited.set(command, left);
  return left === 0;
}

function hasChannels(subscriber: Exclude<Condition['subscriber'], false>): boolean {
  return (['subscribe', 'psubscribe', 'ssubscribe'] as const).some(
    (kind) => subscriber.channels(kind).length > 0,
  );
}
