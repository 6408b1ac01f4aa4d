import type { CauseCode } from '../cause.ts';

/**
 * The state of one connection. `since` is in monotonic milliseconds.
 *
 * - `idle`: has never been told to connect.
 * - `connecting`: is being made for the first time, or for the first time since `ended`; `cause` is set once an attempt
 *   has failed.
 * - `ready`: serves commands. While `isSuspect` is set, nothing has been read for too long although a command is
 *   unanswered, and a second connection is finding out why.
 * - `stalled`: is connected, but the server does not answer, or replies that it is loading or busy. `isSilent` means
 *   that the server does not answer on a second connection either.
 * - `reconnecting`: was lost, and is being remade.
 * - `ended`: was closed by the application.
 */
export type LiveConnectionState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly since: number; readonly cause: CauseCode | undefined }
  | { readonly kind: 'ready'; readonly since: number; readonly isSuspect: boolean }
  | {
      readonly kind: 'stalled';
      readonly since: number;
      readonly cause: CauseCode;
      readonly isSilent: boolean;
    }
  | { readonly kind: 'reconnecting'; readonly since: number; readonly cause: CauseCode }
  | { readonly kind: 'ended' };

/** An event that may change the state of a connection. */
export type ConnectionSignal =
  /** The driver has been told to connect. */
  | { readonly kind: 'dial' }
  /** A connection attempt failed, or the server replied that it cannot serve yet. */
  | { readonly kind: 'attempt-failed'; readonly cause: CauseCode }
  /** The driver finished its handshake on a verified socket. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'lost'; readonly cause: CauseCode }
  /** A command has been unanswered, and nothing has been read, for longer than is normal for this connection. */
  | { readonly kind: 'silent' }
  /** A second connection showed that the server is unavailable, or the server itself replied that it cannot serve. */
  | { readonly kind: 'away'; readonly cause: CauseCode; readonly isSilent?: boolean }
  /** Bytes arrived, or the server replied that it can serve again. */
  | { readonly kind: 'answered' }
  /** The server answered on a second connection, but still not on this one. */
  | { readonly kind: 'dead' }
  /**
   * Another socket is replacing the current one, although the current socket still works and, normally, has no
   * unanswered command.
   */
  | { readonly kind: 'replaced' }
  | { readonly kind: 'ended' };

/** An action that the connection must perform after a transition. */
export type ConnectionEffect =
  /** Let commands be sent. */
  | 'serve'
  /** Make commands wait or fail. */
  | 'hold'
  /** Make all commands fail, because the client was closed. */
  | 'end'
  /** Ask the server over a second connection why the first one is silent. */
  | 'inquire'
  | 'stop-inquiry'
  /** Drop the socket, and let the socket of the second connection take its place, if that socket was kept. */
  | 'replace-socket'
  /** Report that the state, or the cause of the state, has changed. */
  | 'publish';

export interface ConnectionTransition {
  readonly state: LiveConnectionState;
  readonly effects: readonly ConnectionEffect[];
}
