import type { CauseCode } from './cause.ts';

/** Why another database came into use: the fault of the previous one, the return of a preferred one, or a request. */
export type DatabaseChangeReason = CauseCode | 'coming-back' | 'by-hand';

/** One of several configured Redis databases, as `databases()` describes it. */
export interface DatabaseReport {
  readonly name: string;
  readonly weight: number;
  readonly readOnly: boolean;
  /** Whether calls currently go to this database. */
  readonly inUse: boolean;
  /** Whether this database is used when all of them are healthy. */
  readonly preferred: boolean;
  /** `up`: the database serves calls, or its standby connection gets replies. `unknown`: it has not been probed yet. */
  readonly health: 'up' | 'down' | 'unknown';
  /** Why the database is down; undefined if it is not. */
  readonly cause: CauseCode | undefined;
  /** Role that the server reported when the last connection was made. */
  readonly role: 'primary' | 'replica' | undefined;
  /** For a replica, the time since it last heard from its primary. Undefined if not known. */
  readonly lagMs: number | undefined;
  /** When the database last came into use or went out of use. */
  readonly lastChange: Date | undefined;
}

/** A change from one database to another. */
export interface DatabaseChange {
  readonly from: string;
  readonly to: string;
  /** The cause of the fault, `coming-back`, or `by-hand`. */
  readonly reason: DatabaseChangeReason;
  /**
   * Milliseconds from the moment the previous database became unavailable, or a requested change began, until calls
   * succeed on the new one.
   */
  readonly durationMs: number;
}

/** The database in use, as part of the snapshot. */
export interface DatabaseInUse {
  readonly name: string;
  /** Whether this database is used when all of them are healthy. */
  readonly preferred: boolean;
  /** Whether the database serves only reads, which may return stale data. */
  readonly readOnly: boolean;
}
