import type { CauseCode } from '../cause.ts';
import type { CancelSignal } from '../event-loop/cancellation.ts';

/** One attempt, as passed to `DialRequest.attempt`. The dialer enforces all deadlines through `signal`. */
export interface DialAttempt {
  /**
   * Aborted when a deadline passes, another attempt for the same request succeeds, or the request is cancelled. On
   * abort, the attempt has to close its socket.
   */
  readonly signal: CancelSignal;
  /** Maximum number of milliseconds from the start of the attempt until the call of `connected()`. */
  readonly synDeadlineMs: number;
  /** Maximum number of milliseconds from `connected()` until the attempt settles. */
  readonly handshakeDeadlineMs: number;
  /** Call when the TCP (or Unix) connection is established. Periodic attempts pause during this attempt's handshake. */
  connected(): void;
  /**
   * Call before slow work that precedes the SYN: name resolution, a credentials provider or sentinels. The handshake
   * deadline applies to this work, and an attempt that exceeds it fails with `cause`. When the slow work is done, call
   * the returned function, which starts the SYN deadline.
   */
  preparing(cause: 'dns' | 'credentials' | 'sentinel'): () => void;
}

/** How an attempt ended. */
export type DialResult =
  | {
      readonly ok: true;
      /** `connected_clients` from INFO, if the user has permission to read it. */
      readonly fleetSize?: number | undefined;
      /** Closes the connection. Called when the success comes too late to be used. */
      readonly discard?: (() => void) | undefined;
    }
  | DialFailure;

/** Why an attempt failed. */
export interface DialFailure {
  readonly ok: false;
  readonly cause: CauseCode;
  readonly error?: unknown;
  /**
   * Whether the failure shows that the server is overloaded. Default: true for the causes `loading` and `max-clients`.
   */
  readonly overload?: boolean | undefined;
}

/** The result of an attempt that was not withdrawn. */
export interface DialReport {
  readonly durationMs: number;
  /** Why the attempt failed; `undefined` after a success. */
  readonly cause: CauseCode | undefined;
  readonly error: unknown;
  /** Milliseconds until this dialer's next attempt, for any request; undefined if none is planned. */
  readonly nextAttemptMs: number | undefined;
}

/**
 * The purpose of a connection. As a rule, waiting requests get their connections in the order of this list. `inquiry`:
 * the connection is made to find out why another connection gets no replies. `command`: commands need the connection.
 * `subscriber`: the connection carries subscriptions. `leased`: the connection belongs to a pool of several
 * connections.
 */
export type DialPriority = 'inquiry' | 'command' | 'subscriber' | 'leased';

/** A request for a connection. */
export interface DialRequest {
  readonly priority: DialPriority;
  /** Whether each attempt may take longer than the time between two attempts, so that it can reach a distant server. */
  readonly isPatient?: boolean;
  /**
   * Whether callers are waiting for the connection that this request asks for. Called only for requests with the
   * priority `leased`.
   */
  readonly isWanted?: (() => boolean) | undefined;
  /**
   * Makes one connection. May be called while an earlier call is still running. A rejection counts as
   * `connection-reset`.
   */
  attempt(attempt: DialAttempt): Promise<DialResult>;
  onAttempt?(report: DialReport): void;
  /** Called when an attempt for another request to the same endpoint has failed while this request was waiting. */
  onOtherFailed?(failure: DialFailure): void;
}

/**
 * A request that was passed to the dialer. The request waits until an attempt succeeds, is connected until its
 * connection ends, and is then over. A cancelled request is over immediately.
 */
export interface DialTicket {
  /** Withdraws the request: its attempts are aborted, and none of its callbacks is called any more. */
  cancel(): void;
  /** Reports that the connection broke. Call `dial` to get another connection. */
  lost(): void;
  /** Requests an early attempt. */
  hurry(): void;
  /** Milliseconds until the dialer's next attempt; `undefined` unless this request is waiting. */
  nextAttemptMs(): number | undefined;
}
