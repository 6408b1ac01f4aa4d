import type { CauseCode } from '../cause.ts';

/**
 * The state of one connection. `since` is in monotonic milliseconds.
 *
 * - `idle`: has never been told to connect.
 * - `connecting`: is being made for the first time; `cause` is set once an attempt has failed.
 * - `ready`: serves commands. `isSuspect`: has been silent for too long, and a second connection is finding out why.
 * - `stalled`: is connected, but the server is silent or replies that it is loading or busy. `isSilent`: the server
 *   does not answer on any other connection either.
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
  /** An attempt failed, or the server replied that it cannot serve yet. */
  | { readonly kind: 'attempt-failed'; readonly cause: CauseCode }
  /** The driver finished its handshake on a verified socket. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'lost'; readonly cause: CauseCode }
  /** A command has been unanswered, and nothing has been read, for longer than the limit. */
  | { readonly kind: 'silent' }
  /** A second connection showed that the server is unavailable, or the server itself replied that it cannot serve. */
  | { readonly kind: 'away'; readonly cause: CauseCode; readonly isSilent?: boolean }
  /** Bytes arrived, or the server replied that it can serve again. */
  | { readonly kind: 'answered' }
  /** The server answered on a second connection, but still not on this one. */
  | { readonly kind: 'dead' }
  /** Another socket is replacing the current one, although the latter still works; no command on it is unanswered. */
  | { readonly kind: 'replaced' }
  | { readonly kind: 'ended' };

/** An action to perform after a transition, as data. */
export type ConnectionEffect =
  /** Commands may be sent. */
  | 'serve'
  /** Commands must wait or fail. */
  | 'hold'
  /** No command will ever be sent again. */
  | 'end'
  /** Ask the server over a second connection. */
  | 'inquire'
  | 'stop-inquiry'
  /** Destroy the socket, and replace it with the second connection's socket if that was kept. */
  | 'replace-socket'
  /** Report that the state or its cause has changed. */
  | 'publish';

export interface ConnectionTransition {
  readonly state: LiveConnectionState;
  readonly effects: readonly ConnectionEffect[];
}
