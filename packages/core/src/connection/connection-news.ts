import type { VerifiedSocket } from '../handshake/establish.ts';
import type { SubscriptionNews } from './subscriptions.ts';

/** What a connection reports to the client it belongs to. */
export type ConnectionNews =
  /** Commands may pass. */
  | { readonly kind: 'serving' }
  /** Commands wait, or fail. `since`: when the outage began; undefined while the first connection is being made. */
  | { readonly kind: 'away'; readonly since: number | undefined; readonly isFirst: boolean }
  /** The client was closed. */
  | { readonly kind: 'ended' }
  /** State or cause changed. */
  | { readonly kind: 'changed' }
  /** A command has been unanswered for too long: a second connection is finding out why. */
  | { readonly kind: 'silent' }
  /** The connection is no longer suspected to be dead. */
  | { readonly kind: 'heard' }
  /** The socket accepts no more bytes, or accepts them again. */
  | { readonly kind: 'room-changed' }
  | { readonly kind: 'bytes-read' }
  | { readonly kind: 'bytes-written' }
  /** A verified socket is about to be used. */
  | { readonly kind: 'verified'; readonly verified: VerifiedSocket }
  | SubscriptionNews;

// Shared, because they are reported at each read and write.
export const bytesRead = { kind: 'bytes-read' } as const;
export const bytesWritten = { kind: 'bytes-written' } as const;
