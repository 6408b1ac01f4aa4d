import type { CauseCode } from '../cause.ts';

/** One attempt, as `DialRequest.attempt` sees it. The dialer enforces all deadlines through `signal`. */
export interface DialAttempt {
  /** Aborted when a deadline passes, another attempt won, or the request was cancelled: close the socket then. */
  readonly signal: AbortSignal;
  /** Milliseconds from the start of the attempt until `connected()` is due. */
  readonly synDeadlineMs: number;
  /** Milliseconds from `connected()` until the attempt must have settled. */
  readonly handshakeDeadlineMs: number;
  /** To be called when the TCP (or Unix) connection is made: no other attempt begins during this one's handshake. */
  connected(): void;
  /**
   * To be called before slow work that precedes the SYN: name resolution, a credentials provider. The SYN deadline
   * starts when the returned function is called. Until then the handshake deadline applies, and `cause` names the
   * failure.
   */
  preparing(cause: 'dns' | 'credentials'): () => void;
}

/** How an attempt ended. */
export type DialResult =
  | {
      readonly ok: true;
      /** `connected_clients` of INFO, where the user may read it. */
      readonly fleetSize?: number | undefined;
      /** Called when the success comes too late to be used: closes the connection. */
      readonly discard?: (() => void) | undefined;
    }
  | DialFailure;

/** Why an attempt failed. */
export interface DialFailure {
  readonly ok: false;
  readonly cause: CauseCode;
  readonly error?: unknown;
  /** Whether the server is overloaded. Default: true for the causes `loading` and `max-clients`. */
  readonly overload?: boolean | undefined;
}

/** The report on an attempt that was not withdrawn. */
export interface DialReport {
  readonly durationMs: number;
  /** `undefined` after a success. */
  readonly cause: CauseCode | undefined;
  readonly error: unknown;
  /** Milliseconds until the next attempt of this dialer, for whichever request; undefined when none is planned. */
  readonly nextAttemptMs: number | undefined;
}

/** The order in which connections are made: first those that commands wait for. */
export type DialPriority = 'command' | 'subscriber' | 'blocking';

/** A request for a connection. */
export interface DialRequest {
  readonly priority: DialPriority;
  /** Gives each attempt the full time of a first SYN to connect, even where the pace would give it less. */
  readonly isPatient?: boolean;
  /** Makes one connection. May be called while an earlier call is running. A rejection counts as `connection-reset`. */
  attempt(attempt: DialAttempt): Promise<DialResult>;
  onAttempt?(report: DialReport): void;
  /** An attempt for another request of the same endpoint failed, while this one waited for its turn. */
  onOtherFailed?(failure: DialFailure): void;
}

/** A request that was given to the dialer: it waits, then is connected, then is over. */
export interface DialTicket {
  /** The connection is no longer wanted. Attempts for it are aborted, and nothing more is called back. */
  cancel(): void;
  /** The connection broke. The dialer forgets it; call `dial` to get another one. */
  lost(): void;
  /** Asks for an attempt soon. */
  hurry(): void;
  /** Attempts begun for this request. */
  readonly attempts: number;
  /** Milliseconds until the dialer's next attempt, `undefined` unless this request waits. */
  nextAttemptMs(): number | undefined;
}
