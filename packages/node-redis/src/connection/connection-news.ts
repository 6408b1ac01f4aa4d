/** Events that a client receives about its connection, in node-redis's order. */
export type ConnectionNews =
  | { readonly kind: 'connect' }
  /** The connection is ready, and the subscriptions are restored. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'reconnecting' }
  | { readonly kind: 'error'; readonly error: Error }
  /** The connection ended permanently: the RedisResilience was closed. */
  | { readonly kind: 'end' };

/** A client's requirements for its connection apart from the address, which comes from the RedisResilience. */
export interface ConnectionNeeds {
  readonly protocol: 2 | 3;
  readonly database: number | undefined;
  readonly name: string | undefined;
  /** Whether it must have a separate connection from the start. */
  readonly isOwn: boolean;
}
