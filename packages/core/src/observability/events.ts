import type { Cause, CauseCode } from '../cause.ts';
import type { UnaidedLibrary } from '../catalogue/unaided-library.ts';
import type { DatabaseChangeReason } from '../database-report.ts';
import type { ErrorCode, Outcome } from '../errors.ts';
import type { ListenerError } from './event-hub.ts';
import type { CircuitState, Lane, RedisSnapshot } from '../snapshot.ts';

/** Every event of a `RedisResilience`, with its payload. */
export interface ResilienceEvents {
  /** The status, the connection, a circuit or the cause changed. */
  readonly change: { readonly previous: RedisSnapshot; readonly snapshot: RedisSnapshot };
  /**
   * An outage began: the status was `up` and no longer is, or the first attempt to connect failed. This event is
   * emitted once per outage.
   */
  readonly outage: { readonly cause: Cause; readonly snapshot: RedisSnapshot };
  /** The outage is over: the status is `up` again. `cause` is the cause of the outage. */
  readonly recovered: { readonly outageMs: number; readonly cause: Cause; readonly snapshot: RedisSnapshot };
  /**
   * A connection attempt ended. `attempt` is the number of the attempt: 1 for the first. `cause` says why the attempt
   * failed; undefined if it succeeded. `nextAttemptMs` is the time until the next attempt; undefined if no attempt is
   * planned.
   */
  readonly attempt: {
    readonly attempt: number;
    readonly durationMs: number;
    readonly cause: CauseCode | undefined;
    readonly nextAttemptMs: number | undefined;
  };
  /**
   * A command failed with an error of this library, after all retries. `attempts` is how many times the command was
   * sent. Error replies that say nothing about the server's availability are not reported.
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
   * A command is about to be sent again. `attempt` is how many times the command has been sent so far. `outcome` is
   * what is known about the effect of the last attempt.
   */
  readonly retry: { readonly command: string; readonly attempt: number; readonly outcome: Outcome };
  /**
   * A SCAN, HSCAN, SSCAN or ZSCAN restarts at cursor 0, because the server process that returned its cursor is gone.
   * The caller of the scan gets some elements twice. This event is emitted only with `retry.scans: 'begin-again'`.
   */
  readonly 'scan-restart': { readonly command: string };
  /**
   * The circuit for reads or for writes (`lane`) changed its state. `cause` says why the circuit is not closed;
   * undefined once the circuit is closed.
   */
  readonly 'circuit-change': {
    readonly lane: Lane;
    readonly from: CircuitState;
    readonly to: CircuitState;
    readonly cause: CauseCode | undefined;
  };
  /** In the circuit mode `observe`, a command was sent that the mode `enforce` would have rejected. */
  readonly 'would-refuse': { readonly command: string; readonly lane: Lane };
  /**
   * A subscriber that had lost its connection has subscribed again. `gapMs` is how long the subscriber could receive no
   * messages. `channels` is the number of the subscriber's channels and patterns.
   */
  readonly gap: { readonly gapMs: number; readonly channels: number };
  /**
   * After a lost connection, the server refused to restore subscriptions. The client will try again to subscribe.
   * `channels` is the number of refused channels and patterns. `code` is the code of the server's error reply.
   */
  readonly 'resubscribe-failed': { readonly channels: number; readonly code: string };
  /**
   * A lease has lasted longer than `pool.maxLeaseMs`. `name` is the name that was passed to `lease()` or
   * `transaction()`. `isRevoked` tells whether the lease was ended because of `pool.revoke`.
   */
  readonly 'lease-overdue': {
    readonly name: string | undefined;
    readonly heldMs: number;
    readonly isRevoked: boolean;
  };
  /**
   * `WATCH`, or a blocking command, was called on the client that all callers share. These commands need a connection
   * of their own: otherwise, another caller's `EXEC` may end the `WATCH`, and all other commands wait behind a blocking
   * one. This event is emitted once for `WATCH` and once for blocking commands.
   */
  readonly 'shared-use': { readonly use: 'watch' | 'blocking'; readonly command: string };
  /**
   * A worker of BullMQ or Bull uses the client without the helper that the package `fallback` has for it. A worker
   * without the helper cannot report a job that it finishes while Redis is unavailable, so the job is run again; on
   * plain ioredis, the worker waits for Redis. This event is emitted once for each `library`.
   */
  readonly 'unaided-library': { readonly library: UnaidedLibrary };
  /**
   * Calls switched to another Redis database. `reason` is the cause for which the previous database became unavailable;
   * `coming-back` if a preferred database was healthy again; `by-hand` if the application called `failover()`.
   * `durationMs` is the time until the new database served calls, measured from the moment when the previous database
   * became unavailable or, if it was healthy, from when the switch began.
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
  /** The `RedisResilience` is closed, and emits no further events. */
  readonly closed: { readonly snapshot: RedisSnapshot };
  /** A listener for `event` threw `error`; all other listeners and all commands continue as if it had not thrown. */
  readonly 'listener-error': ListenerError;
}

export type ResilienceEvent = keyof ResilienceEvents;
