import type { Flush } from '../event-loop/flush.ts';

/** What the rooms beneath the gate may know of the call that a command of the driver belongs to. */
export interface TrackedCall {
  /** Name of the command, in lower case. */
  readonly name: string;
  /** Whether its caller has been answered. */
  readonly settled: boolean;
  /** A second run could do again what the first may have done. */
  readonly isDoubtful: boolean;
  /** Nothing stands between the driver's answers to it, or to its commands, and the gate. */
  readonly isPlain: boolean;
  /** Several commands that are sent as one. */
  readonly isBatch: boolean;
  /** The flush in which its bytes were given to a socket; undefined while they were not. */
  written: Flush | undefined;
  /** Milliseconds for which it asked the server to block; undefined for a command that does not block. */
  readonly blockingMs: number | undefined;
  /** Whether the server was asked to release it (CLIENT UNBLOCK): a null answer is then not for its caller. */
  released: boolean;
}
