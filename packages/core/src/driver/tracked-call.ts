import type { Flush } from '../event-loop/flush.ts';

/** What the rooms beneath the gate may know of the call that a driver's command belongs to. */
export interface TrackedCall {
  /** Name of the command, in lower case. */
  readonly name: string;
  /** Its caller has been answered. */
  readonly settled: boolean;
  /** The flush in which its bytes were given to a socket; undefined while they were not. */
  written: Flush | undefined;
  /** Milliseconds for which it asked the server to block; undefined for a command that does not block. */
  readonly blockingMs: number | undefined;
  /** The server was asked to release it (CLIENT UNBLOCK): an empty answer is then not meant for its caller. */
  released: boolean;
}
