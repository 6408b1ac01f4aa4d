/** The three ways to subscribe, by their commands. */
export type SubscriptionKind = 'subscribe' | 'psubscribe' | 'ssubscribe';

/** Channels, patterns and shard channels. */
export type Subscriptions = Readonly<Record<SubscriptionKind, readonly string[]>>;

/** An empty list of channels means all channels of the kind. */
export type UnsubscribeListener = (kind: SubscriptionKind, channels: readonly string[]) => void;
