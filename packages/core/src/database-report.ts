import type { CauseCode } from './cause.ts';

/**
 * Why calls switched to another database: the cause for which the previous database became unavailable; `coming-back`
 * if a preferred database was healthy again; `by-hand` if the application called `failover()`.
 */
export type DatabaseChangeReason = CauseCode | 'coming-back' | 'by-hand';

/**
 * One of several configured Redis databases, as `databases()` describes it. A standby connection is kept to each
 * database that is not in use.
 */
export interface DatabaseReport {
  readonly name: string;
  readonly weight: number;
  readonly readOnly: boolean;
  /** Whether calls currently go to this database. */
  readonly inUse: boolean;
  /** Whether calls go to this database when all databases are healthy. */
  readonly preferred: boolean;
  /**
   * `up`: the database serves calls or, if it is not in use, replies to its standby connection. `unknown`: the database
   * has not been checked since the `RedisResilience` was created, or since the database went out of use.
   */
  readonly health: 'up' | 'down' | 'unknown';
  /** Why the database is down; undefined if it is not. */
  readonly cause: CauseCode | undefined;
  /**
   * Role that the server reported when the standby connection was made. Undefined if no standby connection was ever
   * made.
   */
  readonly role: 'primary' | 'replica' | undefined;
  /**
   * For a replica, the time since it had last heard from its primary, as reported when the standby connection was made.
   * Undefined if the replica did not report it.
   */
  readonly lagMs: number | undefined;
  /** When the database last came into use or went out of use. */
  readonly lastChange: Date | undefined;
}

/** A change from one database to another. */
export interface DatabaseChange {
  readonly from: string;
  readonly to: string;
  readonly reason: DatabaseChangeReason;
  /**
   * Milliseconds until the new database served calls, measured from when the previous one became unavailable or, if the
   * previous one was healthy, from when the switch began.
   */
  readonly durationMs: number;
}

/** The database in use, as part of the snapshot. */
export interface DatabaseInUse {
  readonly name: string;
  /** Whether calls go to this database when all databases are healthy. */
  readonly preferred: boolean;
  /** Whether the database serves only reads, which may return stale data. */
  readonly readOnly: boolean;
}
