import type { CauseCode } from '../cause.ts';
import type { DialPriority, DialTicket } from '../dialing/dial-request.ts';
import type { Dialer } from '../dialing/dialer.ts';
import type { VerifiedSocket } from '../handshake/establish.ts';

/** A report from a socket source while a socket is being sought. */
export type SourceEvent =
  /** A socket has been verified, and its server is serving. No event follows. */
  | { readonly kind: 'verified'; readonly verified: VerifiedSocket }
  /** A connection attempt failed, or the server replied that it cannot serve yet. The source keeps trying. */
  | { readonly kind: 'failed'; readonly cause: CauseCode; readonly error: Error }
  /**
   * An attempt of another connection to the same endpoint failed, while this connection was still waiting for its own
   * attempt.
   */
  | { readonly kind: 'other-failed'; readonly error: Error }
  /** The source gave up. No event follows. */
  | { readonly kind: 'gave-up'; readonly cause: CauseCode; readonly error: Error };

/** Supplies a connection with sockets. */
export interface SocketSource {
  /** Starts to make a socket, and keeps trying until one is verified or `stop` is called. */
  start(priority: DialPriority, tell: (event: SourceEvent) => void): void;
  stop(): void;
  /**
   * The dialer's handle for the socket that is being sought or was supplied last; undefined before the first `start`.
   */
  readonly ticket: DialTicket | undefined;
  /** Decides when connection attempts are made, for all of the process's connections to this endpoint. */
  readonly dialer: Dialer;
}
