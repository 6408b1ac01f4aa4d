import type { Lane } from '../snapshot.ts';
import type { Effect } from './effect.ts';

/**
 * How a command behaves on its connection.
 *
 * - `ordinary`: one request, one reply, nothing else.
 * - `cursor`: one step of a scan, whose cursor is valid only on the server process that returned it.
 * - `blocking`: may block on the server; see `blockingTimeoutMs`.
 * - `subscribe`, `unsubscribe`: changes what is pushed to the connection.
 * - `connection`: reads or changes the state of the connection, turns it into a stream, or ends it.
 * - `transaction`: begins, ends or guards a transaction (MULTI, EXEC, DISCARD, WATCH, UNWATCH).
 * - `shutdown`: stops the server, and gets a reply only if the server does not stop, or if the command is SHUTDOWN
 *   ABORT.
 * - `unknown`: not in the table; it might be any of these.
 */
export type CommandKind =
  | 'ordinary'
  | 'cursor'
  | 'blocking'
  | 'subscribe'
  | 'unsubscribe'
  | 'connection'
  | 'transaction'
  | 'shutdown'
  | 'unknown';

/** Commands that share every trait: one row of the command table. */
export interface CommandGroup {
  readonly lane: Lane;
  /** `by-arguments` means that a rule in `argument-rules.ts` derives the effect from the arguments of each call. */
  readonly effect: Effect | 'by-arguments';
  /** How the commands of this group behave on their connection. Default `ordinary`. */
  readonly kind?: CommandKind;
  /**
   * Set for a write that the server accepts even when it is out of memory: the opposite of the server's flag `denyoom`.
   */
  readonly frees?: true;
  /** Set if the command runs the user's code on the server. */
  readonly script?: true;
  /** Set if the first argument names a subcommand, which has traits of its own. */
  readonly container?: true;
  /** Names in lower case, separated by white space; `container|subcommand` for a subcommand. */
  readonly names: string;
}
