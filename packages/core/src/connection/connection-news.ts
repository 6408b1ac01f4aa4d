import type { VerifiedSocket } from '../handshake/establish.ts';
import type { SubscriptionNews } from './subscriptions.ts';

/** What a connection tells the client it belongs to. */
export type ConnectionNews =
  /** Commands may pass. */
  | { readonly kind: 'serving' }
  /** Commands wait, or fail. `since`: of the outage; undefined while the first connection is made. */
  | { readonly kind: 'away'; readonly since: number | undefined; readonly isFirst: boolean }
  /** The client was closed. */
  | { readonly kind: 'ended' }
  /** State or cause changed. */
  | { readonly kind: 'changed' }
  /** Something was asked and nothing comes: a second connection is asking why. */
  | { readonly kind: 'silent' }
  /** Nothing is under suspicion any more. */
  | { readonly kind: 'heard' }
  /** The socket takes no more bytes, or takes them again. */
  | { readonly kind: 'room-changed' }
  | { readonly kind: 'bytes-read' }
  | { readonly kind: 'bytes-written' }
  /** A verified socket is about to be used. */
  | { readonly kind: 'verified'; readonly verified: VerifiedSocket }
  | SubscriptionNews;
