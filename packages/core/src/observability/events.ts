import type { Cause, CauseCode } from '../cause.ts';
import type { ErrorCode, Outcome } from '../errors.ts';
import type { ListenerError } from './event-hub.ts';
import type { CircuitState, Lane, RedisSnapshot } from '../snapshot.ts';

/** Every event of a resilience and the shape of its payload. A closed set. */
export interface ResilienceEvents {
  /** The snapshot's status, connection, circuit or cause changed. */
  readonly change: { readonly previous: RedisSnapshot; readonly snapshot: RedisSnapshot };
  /** The status left `up`, or the first attempt of all failed. Once per outage. */
  readonly outage: { readonly cause: Cause; readonly snapshot: RedisSnapshot };
  /** The status is `up` again. */
  readonly recovered: { readonly outageMs: number; readonly cause: Cause; readonly snapshot: RedisSnapshot };
  /** One connection attempt ended. `cause` is undefined when it succeeded. */
  readonly attempt: {
    readonly attempt: number;
    readonly durationMs: number;
    readonly cause: CauseCode | undefined;
    readonly nextAttemptMs: number | undefined;
  };
  /** A command failed for its caller: after all retries, with all that is known. */
  readonly 'command-failed': {
    readonly command: string;
    readonly code: ErrorCode | 'REPLY';
    readonly reason: CauseCode | undefined;
    readonly outcome: Outcome;
    readonly attempts: number;
    readonly lane: Lane;
  };
  /** A command is sent again. */
  readonly retry: { readonly command: string; readonly attempt: number; readonly outcome: Outcome };
  readonly 'circuit-change': {
    readonly lane: Lane;
    readonly from: CircuitState;
    readonly to: CircuitState;
    readonly cause: CauseCode | undefined;
  };
  /** In observe-only mode: the circuit would have refused this command. */
  readonly 'would-refuse': { readonly command: string; readonly lane: Lane };
  /** A subscriber was away: for `gapMs` no message could arrive. */
  readonly gap: { readonly gapMs: number; readonly channels: number };
  /** A subscription could not be restored; it is tried again. */
  readonly 'resubscribe-failed': { readonly channels: number; readonly code: string };
  /** The process was frozen, suspended, or its event loop was blocked. */
  readonly thaw: { readonly kind: 'frozen' | 'suspended' | 'blocked'; readonly durationMs: number };
  readonly closed: { readonly snapshot: RedisSnapshot };
  /** A listener threw. The error was contained: it never breaks a command. */
  readonly 'listener-error': ListenerError;
}

export type ResilienceEvent = keyof ResilienceEvents;
