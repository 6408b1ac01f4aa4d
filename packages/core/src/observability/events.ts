import type { Cause, CauseCode } from '../cause.ts';
import type { UnaidedLibrary } from '../catalogue/unaided-library.ts';
import type { DatabaseChangeReason } from '../database-report.ts';
import type { ErrorCode, Outcome } from '../errors.ts';
import type { ListenerError } from './event-hub.ts';
import type { CircuitState, Lane, RedisSnapshot } from '../snapshot.ts';

/** Every event of a resilience with its payload. A closed set. */
export interface ResilienceEvents {
  /** The status, the connection, a circuit or the cause changed. */
  readonly change: { readonly previous: RedisSnapshot; readonly snapshot: RedisSnapshot };
  /** An outage began: the status left `up`, or the first attempt to connect failed. Once per outage. */
  readonly outage: { readonly cause: Cause; readonly snapshot: RedisSnapshot };
  /** The outage is over: the status is `up` again. `cause` is the cause of the outage. */
  readonly recovered: { readonly outageMs: number; readonly cause: Cause; readonly snapshot: RedisSnapshot };
  /**
   * A connection attempt ended. `attempt` counts the attempts of this resilience. `cause` is undefined after a success,
   * `nextAttemptMs` if no further attempt is planned.
   */
  readonly attempt: {
    readonly attempt: number;
    readonly durationMs: number;
    readonly cause: CauseCode | undefined;
    readonly nextAttemptMs: number | undefined;
  };
  /**
   * A command failed with an error of this library, after all retries. `attempts`: number of times it was sent. Error
   * replies that say nothing about the server's availability are not reported.
   */
  readonly 'command-failed': {
    readonly command: string;
    readonly code: ErrorCode;
    readonly reason: CauseCode | undefined;
    readonly outcome: Outcome;
    readonly attempts: number;
    readonly lane: Lane;
  };
  /**
   * A command is about to be retried, having been sent `attempt` times. `outcome`: what is known about the last
   * attempt.
   */
  readonly retry: { readonly command: string; readonly attempt: number; readonly outcome: Outcome };
  /**
   * A SCAN, HSCAN, SSCAN or ZSCAN restarts at cursor 0, because its cursor was returned by a server process that is
   * gone. The caller gets some elements a second time. Only with `retry.scans: 'begin-again'`.
   */
  readonly 'scan-restart': { readonly command: string };
  /** The circuit of a lane changed its state. `cause`: why it is not closed; undefined once it is closed. */
  readonly 'circuit-change': {
    readonly lane: Lane;
    readonly from: CircuitState;
    readonly to: CircuitState;
    readonly cause: CauseCode | undefined;
  };
  /** Only in circuit mode `observe`: a command was let through that mode `enforce` would have rejected. */
  readonly 'would-refuse': { readonly command: string; readonly lane: Lane };
  /**
   * A lost subscriber has resubscribed: for `gapMs`, no message could arrive on its channels and patterns. `channels`:
   * their number.
   */
  readonly gap: { readonly gapMs: number; readonly channels: number };
  /**
   * The server refused to restore subscriptions; they will be retried. `channels`: their number. `code`: the code of
   * the server's error reply.
   */
  readonly 'resubscribe-failed': { readonly channels: number; readonly code: string };
  /**
   * A lease has lasted longer than `pool.maxLeaseMs`. `name`: the name passed to `lease()`. `isRevoked`: whether the
   * lease was ended.
   */
  readonly 'lease-overdue': {
    readonly name: string | undefined;
    readonly heldMs: number;
    readonly isRevoked: boolean;
  };
  /**
   * A command that needs a connection of its own was called on the client that all callers share: `WATCH`, which
   * another caller's `EXEC` may end, or a blocking command, behind which all others wait. Once per `use`.
   */
  readonly 'shared-use': { readonly use: 'watch' | 'blocking'; readonly command: string };
  /**
   * A library uses the client without its helper of the package `fallback`, and therefore does worse in an outage than
   * on plain ioredis: a worker of BullMQ or Bull resumes seconds late, a lock of redlock that got no reply may be held
   * by nobody. Once per `library`.
   */
  readonly 'unaided-library': { readonly library: UnaidedLibrary };
  /**
   * Calls switched to another Redis database. `reason`: the cause of the previous one's fault, `coming-back` or
   * `by-hand`. `durationMs`: from when the previous one became unavailable, or the change began, until calls succeeded.
   */
  readonly 'database-change': {
    readonly from: string;
    readonly to: string;
    readonly reason: DatabaseChangeReason;
    readonly durationMs: number;
  };
  /**
   * The process is running again after it was frozen, suspended with its machine, or blocked by its own code for
   * `durationMs`.
   */
  readonly thaw: { readonly kind: 'frozen' | 'suspended' | 'blocked'; readonly durationMs: number };
  /** The resilience is closed. This is its last event. */
  readonly closed: { readonly snapshot: RedisSnapshot };
  /** A listener for `event` threw `error`. Nothing else is affected. */
  readonly 'listener-error': ListenerError;
}

export type ResilienceEvent = keyof ResilienceEvents;
