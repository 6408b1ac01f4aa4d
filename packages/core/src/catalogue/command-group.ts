import type { Lane } from '../snapshot.ts';
import type { Effect } from './effect.ts';

/**
 * How a command behaves on its connection.
 *
 * - `ordinary`: one request, one answer, nothing else.
 * - `blocking`: may wait on the server, see `blockingTimeoutMs`.
 * - `subscribe`, `unsubscribe`: changes what is pushed to the connection.
 * - `connection`: reads or changes the state of the connection, turns it into a stream, or ends it.
 * - `transaction`: MULTI, EXEC, DISCARD, WATCH, UNWATCH.
 * - `shutdown`: ends the server, and answers only when it fails to.
 * - `unknown`: not in the table; it might be any of these.
 */
export type CommandKind =
  | 'ordinary'
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
  /** `by-arguments`: a rule of `argument-rules.ts` decides. */
  readonly effect: Effect | 'by-arguments';
  /** Default `ordinary`. */
  readonly kind?: CommandKind;
  /** A write that the server takes although it is out of memory: the opposite of its flag `denyoom`. */
  readonly frees?: true;
  /** Runs code of the user's on the server. */
  readonly script?: true;
  /** Its first argument names the subcommand, which has traits of its own. */
  readonly container?: true;
  /** Names in lower case, parted by white space; `container|subcommand` for a subcommand. */
  readonly names: string;
}
