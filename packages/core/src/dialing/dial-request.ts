import type { CauseCode } from '../cause.ts';

/** One attempt, as its maker sees it. All deadlines are enforced by the dialer through `signal`. */
export interface DialAttempt {
  /** Aborted when a deadline passes, another attempt won, or the request was cancelled: close the socket then. */
  readonly signal: AbortSignal;
  /** Milliseconds from the start of the attempt until `connected()` is due. */
  readonly synDeadlineMs: number;
  /** Milliseconds from `connected()` until the attempt must have settled. */
  readonly handshakeDeadlineMs: number;
  /** The TCP (or Unix) connection stands: no further attempt begins while this one is in its handshake. */
  connected(): void;
  /**
   * Slow work before the SYN goes on: name resolution, a credentials provider. The SYN deadline starts when the
   * returned function is called; until then the handshake deadline bounds the work and `cause` names its failure.
   */
  preparing(cause: 'dns' | 'credentials'): () => void;
}

/** How an attempt ended. */
export type DialResult =
  | {
      readonly ok: true;
      /** `connected_clients` of INFO, where the user may see it. */
      readonly fleetSize?: number | undefined;
      /** Called in place of anything else when the success came too late to be used: close the connection. */
      readonly discard?: (() => void) | undefined;
    }
  | DialFailure;

/** Why an attempt failed. */
export interface DialFailure {
  readonly ok: false;
  readonly cause: CauseCode;
  readonly error?: unknown;
  /** The server has too much to do. Implied by the causes `loading` and `max-clients`. */
  readonly overload?: boolean | undefined;
}

/** What is told after each attempt that was not withdrawn. */
export interface DialReport {
  readonly durationMs: number;
  /** `undefined` after a success. */
  readonly cause: CauseCode | undefined;
  readonly error: unknown;
  /** Until the next attempt of the whole dialer, when one is planned. */
  readonly nextAttemptMs: number | undefined;
}

/** Order in which connections come back: those that commands wait for first. */
export type DialPriority = 'command' | 'subscriber' | 'blocking';

/** A connection that is wanted. */
export interface DialRequest {
  readonly priority: DialPriority;
  /** Each attempt has the whole time of a first SYN to connect, also where the pace would give it less. */
  readonly isPatient?: boolean;
  /** Makes one connection. May be called again while an earlier call still runs. A rejection is `connection-reset`. */
  attempt(attempt: DialAttempt): Promise<DialResult>;
  onAttempt?(report: DialReport): void;
}

/** A request in the dialer's hands: waiting, then standing, then over. */
export interface DialTicket {
  /** The connection is not wanted any more, waiting or standing. Its attempts are aborted; nothing is called back. */
  cancel(): void;
  /** The established connection broke. The dialer forgets it; `dial` again to get another. */
  lost(): void;
  /** A hint that trying soon is worth while. */
  hurry(): void;
  /** Attempts begun for this request. */
  readonly attempts: number;
  /** Milliseconds until the dialer's next attempt, `undefined` unless this request waits. */
  nextAttemptMs(): number | undefined;
}
