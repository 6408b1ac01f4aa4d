import type { Cause } from './cause.ts';
import type { DatabaseInUse } from './database-report.ts';

/** What works now. `up`: everything. `degraded`: some reads or writes fail, or Redis is recovering. `down`: nothing. */
export type Status = 'up' | 'degraded' | 'down';

export type ConnectionState = 'idle' | 'connecting' | 'ready' | 'stalled' | 'reconnecting' | 'ended';

export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated';

/** Which of the two circuits a command goes through: the one for reads or the one for writes. */
export type Lane = 'read' | 'write';

/**
 * The state of a protected connection at one moment. The object is frozen. Until something changes, `snapshot()`
 * returns the same object, without I/O.
 */
export interface RedisSnapshot {
  readonly name: string;
  readonly status: Status;
  /** Whether a read that is issued now is expected to work. */
  readonly reads: boolean;
  /** Whether a write that is issued now is expected to work. */
  readonly writes: boolean;
  readonly connection: ConnectionState;
  readonly circuit: { readonly read: CircuitState; readonly write: CircuitState };
  /** Why the status is not `up`; undefined while it is `up`. */
  readonly cause: Cause | undefined;
  /** The Redis database in use; undefined if only one is configured. */
  readonly database?: DatabaseInUse | undefined;
  /** When the current status began. */
  readonly since: Date;
  /** Milliseconds until the next connection attempt or circuit trial; undefined while `up`, or if none is planned. */
  readonly retryAfterMs: number | undefined;
  /** Number of outages since the `RedisResilience` was created. */
  readonly outages: number;
  /** Number of connection attempts since the `RedisResilience` was created. */
  readonly attempts: number;
}
