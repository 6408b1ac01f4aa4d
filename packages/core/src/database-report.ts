import type { CauseCode } from './cause.ts';

/** Why another database came into use: the fault of the one before, the return of a preferred one, or a request. */
export type DatabaseChangeReason = CauseCode | 'coming-back' | 'by-hand';

/** One of several databases, as `databases()` describes it. */
export interface DatabaseReport {
  readonly name: string;
  readonly weight: number;
  readonly readOnly: boolean;
  /** Whether calls go there now. */
  readonly inUse: boolean;
  /** Whether it is the one to use while all of them serve. */
  readonly preferred: boolean;
  /** `up`: it serves, or its standby connection is answered. `unknown`: it was not asked yet. */
  readonly health: 'up' | 'down' | 'unknown';
  /** Why it is down. */
  readonly cause: CauseCode | undefined;
  /** What its server said of itself when the last connection was made. */
  readonly role: 'primary' | 'replica' | undefined;
  /** Of a replica: for how long it had heard nothing of its primary. Undefined where that is not known. */
  readonly lagMs: number | undefined;
  /** When it came into use, or went out of use, last. */
  readonly lastChange: Date | undefined;
}

/** Another database is in use. */
export interface DatabaseChange {
  readonly from: string;
  readonly to: string;
  /** The cause of the fault, `coming-back`, or `by-hand`. */
  readonly reason: DatabaseChangeReason;
  /** From the moment that the one before was away, or the change began, until calls pass on the new one. */
  readonly durationMs: number;
}

/** Which database is in use: a part of the snapshot. */
export interface DatabaseInUse {
  readonly name: string;
  /** Whether it is the one to use while all of them serve. */
  readonly preferred: boolean;
  /** Whether it only serves reads: its answers may be old. */
  readonly readOnly: boolean;
}
