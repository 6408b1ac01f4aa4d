/**
 * The messages that a client gets about its connection. The client emits each message as an event, in the same order as
 * node-redis.
 */
export type ConnectionNews =
  | { readonly kind: 'connect' }
  /** The connection is ready, and the subscriptions have been restored. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'error'; readonly error: Error }
  /** The connection has ended for good, because the RedisResilience was closed. */
  | { readonly kind: 'end' };

/** What a client needs from its connection. An address is not needed, because the RedisResilience provides it. */
export interface ConnectionNeeds {
  readonly protocol: 2 | 3;
  readonly database: number | undefined;
  readonly name: string | undefined;
  /** Whether the client needs a connection of its own from the start. */
  readonly isOwn: boolean;
}
