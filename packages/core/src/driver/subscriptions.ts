/** The three kinds of subscriptions, named after their commands. */
export type SubscriptionKind = 'subscribe' | 'psubscribe' | 'ssubscribe';

/** The subscribed channels, patterns and shard channels, by kind. */
export type Subscriptions = Readonly<Record<SubscriptionKind, readonly string[]>>;

/** The application has ended these subscriptions or, if `channels` is empty, all subscriptions of the kind. */
export interface Unsubscribed {
  readonly kind: SubscriptionKind;
  readonly channels: readonly string[];
}

/** Returns the kind of subscription that a command ends, if it ends any. */
export function endedKindOf(name: string): SubscriptionKind | undefined {
  return endedKinds.get(name);
}

const endedKinds: ReadonlyMap<string, SubscriptionKind> = new Map([
  ['unsubscribe', 'subscribe'],
  ['punsubscribe', 'psubscribe'],
  ['sunsubscribe', 'ssubscribe'],
]);
