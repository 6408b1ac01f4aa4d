/** The three kinds of subscriptions, named after their commands. */
export type SubscriptionKind = 'subscribe' | 'psubscribe' | 'ssubscribe';

/** The subscribed channels, patterns and shard channels, by kind. */
export type Subscriptions = Readonly<Record<SubscriptionKind, readonly string[]>>;

export interface UnsubscribeListener {
  /** Called when subscriptions are ended. If `channels` is empty, all subscriptions of the kind are ended. */
  ended(kind: SubscriptionKind, channels: readonly string[]): void;
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
