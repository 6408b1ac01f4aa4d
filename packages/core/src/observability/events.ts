import type { Cause, CauseCode } from '../cause.ts';
import type { DatabaseChangeReason } from '../database-report.ts';
import type { ErrorCode, Outcome } from '../errors.ts';
import type { ListenerError } from './event-hub.ts';
import type { CircuitState, Lane, RedisSnapshot } from '../snapshot.ts';

/** Every event of a resilience and the shape of its payload. A closed set. */
export interface ResilienceEvents {
  /** The status, the connection, a circuit or the cause changed. */
  readonly change: { readonly previous: RedisSnapshot; readonly snapshot: RedisSnapshot };
  /** An outage began: the status left `up`, or the first attempt to connect failed. Once per outage. */
  readonly outage: { readonly cause: Cause; readonly snapshot: RedisSnapshot };
  /** The outage is over: the status is `up` again. `cause` is that of the outage. */
  readonly recovered: { readonly outageMs: number; readonly cause: Cause; readonly snapshot: RedisSnapshot };
  /**
   * A connection attempt ended: the `attempt`th of this resilience. `cause` is undefined after a success,
   * `nextAttemptMs` when no further attempt is planned.
   */
  readonly attempt: {
    readonly attempt: number;
    readonly durationMs: number;
    readonly cause: CauseCode | undefined;
    readonly nextAttemptMs: number | undefined;
  };
  /**
   * A command failed with an error of this library, after all retries. `attempts`: how often it was sent. An error
   * reply of the server that says nothing about its availability is not reported.
   */
  readonly 'command-failed': {
    readonly command: string;
    readonly code: ErrorCode;
    readonly reason: CauseCode | undefined;
    readonly outcome: Outcome;
    readonly attempts: number;
    readonly lane: Lane;
  };
  /** A command is about to be sent again, after `attempt` sends. `outcome`: what is known of the last one. */
  readonly retry: { readonly command: string; readonly attempt: number; readonly outcome: Outcome };
  /**
   * SCAN, HSCAN, SSCAN or ZSCAN begins again at cursor 0, because the cursor was returned by a server process that is
   * gone. Its caller gets some elements a second time. Only with `retry.scans: 'begin-again'`.
   */
  readonly 'scan-restart': { readonly command: string };
  /** The circuit of a lane changed its state. `cause`: why it is not closed; undefined once it is. */
  readonly 'circuit-change': {
    readonly lane: Lane;
    readonly from: CircuitState;
    readonly to: CircuitState;
    readonly cause: CauseCode | undefined;
  };
  /** In circuit mode `observe`: this command passed, and in mode `enforce` the circuit would have refused it. */
  readonly 'would-refuse': { readonly command: string; readonly lane: Lane };
  /**
   * A lost subscriber is subscribed again: for `gapMs`, no message could arrive on `channels` channels and patterns.
   */
  readonly gap: { readonly gapMs: number; readonly channels: number };
  /** The server refused to restore this number of subscriptions, with the code of its reply; they are tried again. */
  readonly 'resubscribe-failed': { readonly channels: number; readonly code: string };
  /**
   * A lease has lasted for longer than `pool.maxLeaseMs`. `name`: what was given to `lease()`. `isRevoked`: it was ended.
   */
  readonly 'lease-overdue': {
    readonly name: string | undefined;
    readonly heldMs: number;
    readonly isRevoked: boolean;
  };
  /**
   * Calls pass on another database. `reason`: the cause of the fault of the one before, `coming-back` or `by-hand`;
   * `durationMs`: from when that was away, or the change began, until calls pass.
   */
  readonly 'database-change': {
    readonly from: string;
    readonly to: string;
    readonly reason: DatabaseChangeReason;
    readonly durationMs: number;
  };
  /** The process runs again: it was frozen, suspended with its machine, or blocked by its own code for `durationMs`. */
  readonly thaw: { readonly kind: 'frozen' | 'suspended' | 'blocked'; readonly durationMs: number };
  /** The resilience is closed. This is its last event. */
  readonly closed: { readonly snapshot: RedisSnapshot };
  /** A listener of `event` threw `error`. Nothing else is affected. */
  readonly 'listener-error': ListenerError;
}

export type ResilienceEvent = keyof ResilienceEvents;
