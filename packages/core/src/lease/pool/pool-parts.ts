import type { ProtectedClient } from '../../connection/protected-client.ts';
import type { Settings } from '../../options/settings.ts';
import type { LeaseConnection } from './pool-member.ts';

/** A lease that has lasted longer than `maxLeaseMs`. */
export interface OverdueLease {
  /** The name that the caller gave the lease, if any. */
  readonly name: string | undefined;
  readonly heldMs: number;
  /** Whether the lease was ended for this reason. */
  readonly isRevoked: boolean;
}

export interface PoolParts {
  readonly settings: Settings;
  /** The shared client, which knows whether Redis is serving. */
  readonly main: ProtectedClient;
  /** Creates one more connection, which starts to dial by itself. */
  readonly connect: () => LeaseConnection;
  /** Connects the shared client if it is lazy and has not been connected yet. */
  readonly wake: () => void;
  /** Receives a report for each lease that is held for too long. */
  readonly tell: (overdue: OverdueLease) => void;
}

/** A caller's request to a pool. */
export interface LeaseRequest {
  readonly name: string | undefined;
  /** Time until which the caller may wait. */
  readonly deadlineAt: number;
  /** Ends the wait, with the signal's reason. */
  readonly signal: AbortSignal | undefined;
}
