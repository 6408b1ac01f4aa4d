import type { Cause } from './cause.ts';
import type { DatabaseInUse } from './database-report.ts';

/** What the application may expect of Redis now. `degraded`: reads and writes work in part, or Redis is recovering. */
export type Status = 'up' | 'degraded' | 'down';

export type ConnectionState = 'idle' | 'connecting' | 'ready' | 'stalled' | 'reconnecting' | 'ended';

export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated';

/** Which of the two circuits a command goes through. */
export type Lane = 'read' | 'write';

/**
 * The state of a protected connection at one moment. Reading it costs no I/O; it is frozen, and the same object until
 * something changes.
 */
export interface RedisSnapshot {
  readonly name: string;
  readonly status: Status;
  /** Whether a read, or a write, issued now is expected to work. */
  readonly reads: boolean;
  readonly writes: boolean;
  readonly connection: ConnectionState;
  readonly circuit: { readonly read: CircuitState; readonly write: CircuitState };
  /** Why the status is not `up`; undefined while it is. */
  readonly cause: Cause | undefined;
  /** The database in use; undefined where there is only one. */
  readonly database?: DatabaseInUse | undefined;
  /** When the present status began. */
  readonly since: Date;
  /** Milliseconds until the next connection attempt or circuit trial; undefined while `up`, or when none is planned. */
  readonly retryAfterMs: number | undefined;
  /** Outages since the start, and connection attempts since the start. */
  readonly outages: number;
  readonly attempts: number;
}
