import type { Flush } from '../event-loop/flush.ts';
import type { Lane } from '../snapshot.ts';

/**
 * Our requests to unblock calls (CLIENT UNBLOCK): `take` returns whether one of them explains a null that came before
 * the call's timeout.
 */
export interface ReleaseBook {
  take(): boolean;
  /** Call when nobody waits for this call any more, although the server may not have replied to it. */
  abandoned(call: TrackedCall, now: number): void;
}

/** The part of a driver command's call that is visible to the code below the gate. */
export interface TrackedCall {
  /** Name of the command, in lower case. */
  readonly name: string;
  /** Whether the caller has received a result or an error. */
  readonly settled: boolean;
  /**
   * The lane of the call, if it may be retried when its outcome is unknown; undefined if a retry could repeat an effect
   * that the first run may have had.
   */
  readonly retryLane: Lane | undefined;
  /** Whether the driver's results go to the gate directly, without passing through a tracer's wrapper. */
  readonly isPlain: boolean;
  /** Whether the call consists of several commands that are sent as a unit. */
  readonly isBatch: boolean;
  /** Whether these commands are a transaction. */
  readonly isTransaction: boolean;
  /** The flush, one write to a socket, that contains the bytes of the call; undefined until that is known. */
  written: Flush | undefined;
  /** Milliseconds for which the call asks the server to block; undefined if it does not block. */
  readonly blockingMs: number | undefined;
  /** Whether the server has unblocked the call at our request (CLIENT UNBLOCK), so that it has popped nothing. */
  released: boolean;
  /** Our requests to unblock calls on the connection of this call: one of them may be the reason for a null reply. */
  releases: ReleaseBook | undefined;
}
