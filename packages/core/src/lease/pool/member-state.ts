import type { Cleanup } from '../leftovers.ts';

/**
 * The state of one connection of a pool. `since` is monotonic.
 *
 * - `connecting`: being made, or made again.
 * - `idle`: stands, and nobody uses it.
 * - `asked`: idle, and sent PING, because nothing was heard of it for too long.
 * - `leased`: in use.
 * - `cleaning`: given back; what its lease left behind is being undone.
 * - `dropped`: not part of the pool any more.
 */
export type MemberState =
  | { readonly kind: 'connecting'; readonly since: number }
  | { readonly kind: 'idle'; readonly since: number }
  | { readonly kind: 'asked'; readonly since: number }
  | { readonly kind: 'leased'; readonly since: number }
  | { readonly kind: 'cleaning'; readonly since: number }
  | { readonly kind: 'dropped' };

/** An event that may change the state of a connection of a pool. */
export type MemberSignal =
  /** Its connection serves. */
  | { readonly kind: 'serving' }
  /** Its connection does not serve: `isGone` when the socket is lost, and not only silent. */
  | { readonly kind: 'away'; readonly isGone: boolean }
  /** It is wanted, and must be asked first whether it is alive. */
  | { readonly kind: 'doubted' }
  /** It was handed out. */
  | { readonly kind: 'handed-out' }
  /** Its lease ended. */
  | { readonly kind: 'returned'; readonly cleanup: Cleanup; readonly isServing: boolean }
  /** The server answered PING, or the commands that undo what was left behind. */
  | { readonly kind: 'answered' }
  /** It did not, or it refused. `isOnlySilent`: nothing is wrong but that no answer came, and the socket stands. */
  | { readonly kind: 'failed'; readonly isOnlySilent: boolean }
  /** The pool has no use for it any more. */
  | { readonly kind: 'retired' };

/** What has to be done after a transition, as data. */
export type MemberEffect =
  | { readonly kind: 'none' }
  /** A caller that waits may have it. */
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
