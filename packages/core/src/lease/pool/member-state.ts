import type { Cleanup } from '../leftovers.ts';

/**
 * The state of one pooled connection. `since` is in monotonic milliseconds.
 *
 * - `connecting`: is being made or remade.
 * - `idle`: is established and unused.
 * - `asked`: is idle and has been sent PING, because nothing has been read from it for too long.
 * - `leased`: is in use.
 * - `cleaning`: was returned, and what its lease left behind is being undone.
 * - `dropped`: no longer belongs to the pool.
 */
export type MemberState =
  | { readonly kind: 'connecting'; readonly since: number }
  | { readonly kind: 'idle'; readonly since: number }
  | { readonly kind: 'asked'; readonly since: number }
  | { readonly kind: 'leased'; readonly since: number }
  | { readonly kind: 'cleaning'; readonly since: number }
  | { readonly kind: 'dropped' };

/** An event that may change the state of a pooled connection. */
export type MemberSignal =
  /** The connection is serving. */
  | { readonly kind: 'serving' }
  /**
   * The connection is not serving. `isGone` means that the socket is lost. Otherwise, it is open but delivers no
   * replies.
   */
  | { readonly kind: 'away'; readonly isGone: boolean }
  /** The connection is needed, but a PING must first show that it is alive. */
  | { readonly kind: 'doubted' }
  /** The connection was handed out. */
  | { readonly kind: 'handed-out' }
  /** The lease has ended. */
  | { readonly kind: 'returned'; readonly cleanup: Cleanup; readonly isServing: boolean }
  /** The server replied to PING, or to the commands that undo what was left behind. */
  | { readonly kind: 'answered' }
  /**
   * The server did not reply, or refused a command. `isOnlySilent` means that only the reply is missing and the socket
   * is still open.
   */
  | { readonly kind: 'failed'; readonly isOnlySilent: boolean }
  /** The pool no longer needs the connection. */
  | { readonly kind: 'retired' };

/** An action to perform after a transition, as data. */
export type MemberEffect =
  | { readonly kind: 'none' }
  /** Offer the connection to waiting callers. */
  | { readonly kind: 'offer' }
  /** Send PING. */
  | { readonly kind: 'ask' }
  /** Send these commands. */
  | { readonly kind: 'undo'; readonly commands: readonly (readonly string[])[] }
  /** Close the connection. */
  | { readonly kind: 'drop' };

export interface MemberTransition {
  readonly state: MemberState;
  readonly effect: MemberEffect;
}
