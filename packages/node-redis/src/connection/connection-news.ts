/** What a client is told of its connection, in the order in which node-redis has these events. */
export type ConnectionNews =
  | { readonly kind: 'connect' }
  /** It serves, and the subscriptions are back. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'error'; readonly error: Error }
  /** It ended for good: the resilience was closed. */
  | { readonly kind: 'end' };

/** What a client needs of its connection beside the address, which is that of the resilience. */
export interface ConnectionNeeds {
  readonly protocol: 2 | 3;
  readonly database: number | undefined;
  readonly name: string | undefined;
  /** It must not share the connection of the resilience from the beginning. */
  readonly isOwn: boolean;
}
