import type { CauseCode } from '../cause.ts';

/**
 * The state of one connection. `since` is monotonic.
 *
 * - `idle`: never told to connect.
 * - `connecting`: being made for the first time; `cause` is set once an attempt failed.
 * - `ready`: serves. `isSuspect`: silent for too long, and a second connection is finding out why.
 * - `stalled`: connected, and not serving: silent, or answering that it loads or is busy. `isSilent`: the server answers
 *   no other connection either.
 * - `reconnecting`: lost, and being made again.
 * - `ended`: closed by the application.
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
  /** The driver was told to connect. */
  | { readonly kind: 'dial' }
  /** An attempt failed, or the server answered that it does not serve yet. */
  | { readonly kind: 'attempt-failed'; readonly cause: CauseCode }
  /** The driver finished its handshake on a verified socket. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'lost'; readonly cause: CauseCode }
  /** A command has been unanswered, and nothing was read, for longer than the limit. */
  | { readonly kind: 'silent' }
  /** A second connection found the server away, or the server says that it does not serve. */
  | { readonly kind: 'away'; readonly cause: CauseCode; readonly isSilent?: boolean }
  /** Bytes arrived, or the server says that it serves again. */
  | { readonly kind: 'answered' }
  /** A second connection was answered, and this one still is not. */
  | { readonly kind: 'dead' }
  /** Another socket takes the place of this one, on which nothing is unanswered. */
  | { readonly kind: 'replaced' }
  | { readonly kind: 'ended' };

/** What has to be done after a transition, as data. */
export type ConnectionEffect =
  /** Commands may pass. */
  | 'serve'
  /** Commands wait, or fail. */
  | 'hold'
  /** No command will ever pass again. */
  | 'end'
  /** Ask the server over a second connection. */
  | 'inquire'
  | 'stop-inquiry'
  /** Destroy the socket; the second one, if it was kept, takes its place. */
  | 'replace-socket'
  /** Report that the state or its cause changed. */
  | 'publish';

export interface ConnectionTransition {
  readonly state: LiveConnectionState;
  readonly effects: readonly ConnectionEffect[];
}
