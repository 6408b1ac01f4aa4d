import type { Flush } from '../event-loop/flush.ts';
import type { Lane } from '../snapshot.ts';

/**
 * Counts the requests to unblock calls on a connection (CLIENT UNBLOCK). `take` returns whether a counted request
 * explains why a blocking call got a null before its timeout.
 */
export interface ReleaseBook {
  take(): boolean;
  /** Call when the caller no longer waits for this call, although the server may not have replied to it. */
  abandoned(call: TrackedCall, now: number): void;
}

/** The part of a call that is visible to the code which sends the call's command. */
export interface TrackedCall {
  /** Name of the command, in lower case. */
  readonly name: string;
  /** Whether the caller has received a result or an error. */
  readonly settled: boolean;
  /**
   * The lane of the call (`read` or `write`), if the call may be retried when its outcome is unknown. Undefined if a
   * retry could repeat an effect that the first run may have had.
   */
  readonly retryLane: Lane | undefined;
  /** Whether the driver's results reach this library directly, without passing through a tracer's wrapper. */
  readonly isPlain: boolean;
  /** Whether the call consists of several commands that are sent as a unit. */
  readonly isBatch: boolean;
  /** Whether these commands are a transaction. */
  readonly isTransaction: boolean;
  /** Whether the server only queues the commands of the call, because they are part of a transaction. */
  readonly isQueued: boolean;
  /** The {@link Flush} (one write to a socket) that contains the bytes of the call; undefined until it is known. */
  written: Flush | undefined;
  /**
   * Told when the driver writes a call that it may have kept, with the total milliseconds for which the process has
   * stood still; undefined if the driver writes the call at once.
   */
  readonly slow: { written(stalledMs: number): void } | undefined;
  /** Milliseconds for which the call asks the server to block; undefined if it does not block. */
  readonly blockingMs: number | undefined;
  /**
   * Whether the server has ended the blocking call on request (CLIENT UNBLOCK), so that the call has taken no element.
   */
  released: boolean;
  /** The requests to unblock calls on this call's connection, one of which may be the reason for a null reply. */
  releases: ReleaseBook | undefined;
}
