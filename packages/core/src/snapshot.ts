import type { Cause } from './cause.ts';

/** What the application may expect of Redis right now. `degraded`: some of reads and writes work, or it is recovering. */
export type Status = 'up' | 'degraded' | 'down';

export type ConnectionState = 'idle' | 'connecting' | 'ready' | 'stalled' | 'reconnecting' | 'ended';

export type CircuitState = 'closed' | 'open' | 'half-open' | 'isolated';

/** Which of the two circuits a command goes through. */
export type Lane = 'read' | 'write';

/**
 * One readonly picture of a protected connection. Taking it costs no I/O; it is frozen, and the same object until
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
  /** Since when the present status holds. */
  readonly since: Date;
  /** From the real dialing schedule or circuit, when not up. */
  readonly retryAfterMs: number | undefined;
  /** Outages since the start, and connection attempts since the start. */
  readonly outages: number;
  readonly attempts: number;
}
