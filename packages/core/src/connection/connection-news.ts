import type { CauseCode } from '../cause.ts';
import type { VerifiedSocket } from '../handshake/establish.ts';
import type { SubscriptionNews } from './subscriptions.ts';

/** A report from a connection to the client that it belongs to. */
export type ConnectionNews =
  /** The connection serves: commands may be sent. */
  | { readonly kind: 'serving' }
  /**
   * The connection does not serve: commands must wait or fail. `since` is when the outage began; undefined while the
   * first connection is being made and no attempt has failed. `isFirst` means that the first connection is being made.
   * `isUnnoticed` means that the connection was idle, so that no caller notices the loss if the next attempt succeeds.
   */
  | {
      readonly kind: 'away';
      readonly since: number | undefined;
      readonly isFirst: boolean;
      readonly isUnnoticed: boolean;
    }
  /** The client was closed. */
  | { readonly kind: 'ended' }
  /** The state of the connection, or the cause of that state, has changed. */
  | { readonly kind: 'changed' }
  /** A command has been unanswered for too long, and a second connection is finding out why. */
  | { readonly kind: 'silent' }
  /**
   * The connection waits for a blocking command, and a second connection could not find out whether the first one still
   * works.
   */
  | { readonly kind: 'doubtful' }
  /** The connection is no longer suspected of being dead. */
  | { readonly kind: 'cleared' }
  /** The socket has stopped accepting bytes, because its buffer is full, or accepts bytes again. */
  | { readonly kind: 'room-changed' }
  | { readonly kind: 'bytes-read' }
  | { readonly kind: 'bytes-written' }
  /** The connection is about to use a verified socket. */
  | { readonly kind: 'verified'; readonly verified: VerifiedSocket }
  | SubscriptionNews;

/** An event in the life of the driver's sockets. */
export type ConnectorEvent =
  /** The driver asks for a socket. */
  | { readonly kind: 'dial' }
  | { readonly kind: 'attempt-failed'; readonly cause: CauseCode }
  /** A verified socket is about to be handed to the driver. */
  | { readonly kind: 'verified'; readonly verified: VerifiedSocket }
  | SocketLost;

/** The driver's socket has closed. Reported before the driver rejects the commands in flight. */
export interface SocketLost {
  readonly kind: 'lost';
  readonly cause: CauseCode;
}

// The reports of reads and writes are shared objects, so that no object is created for each report.
export const bytesRead = { kind: 'bytes-read' } as const;
export const bytesWritten = { kind: 'bytes-written' } as const;
