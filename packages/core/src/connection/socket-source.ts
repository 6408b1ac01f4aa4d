import type { CauseCode } from '../cause.ts';
import type { DialPriority } from '../dialing/dial-request.ts';
import type { VerifiedSocket } from '../handshake/establish.ts';

/** What a source reports while a socket is wanted. */
export type SourceEvent =
  /** Once, and the last event: a socket that is verified and serves. */
  | { readonly kind: 'verified'; readonly verified: VerifiedSocket }
  /** An attempt failed, or the server answered that it does not serve yet. The source goes on. */
  | { readonly kind: 'failed'; readonly cause: CauseCode; readonly error: Error }
  /** An attempt of another connection to the same endpoint failed; the turn of this one has not come. */
  | { readonly kind: 'other-failed'; readonly error: Error }
  /** The last event: there will be no socket. */
  | { readonly kind: 'gave-up'; readonly cause: CauseCode; readonly error: Error };

/** Where a connection gets its sockets from. */
export interface SocketSource {
  /** A socket is wanted, for as long as `stop` is not called. */
  start(priority: DialPriority, tell: (event: SourceEvent) => void): void;
  stop(): void;
  /** The socket that it gave was lost. */
  lost(): void;
  /** Asks for an attempt soon. */
  hurry(): void;
  /** The distance between questions that the server can bear from this client. */
  readonly periodMs: number;
  /** How long a connection takes to be made, its handshake included; 0 while none was. */
  readonly connectMs: number;
  /** Milliseconds until the next attempt; undefined when none is planned. */
  nextAttemptMs(): number | undefined;
}
