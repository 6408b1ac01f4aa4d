import type { ProtectedClient } from '../../connection/protected-client.ts';
import type { Settings } from '../../options/settings.ts';
import type { LeaseConnection } from './pool-member.ts';

/** A lease has lasted for longer than `maxLeaseMs`. */
export interface OverdueLease {
  /** The name that its caller gave it, if any. */
  readonly name: string | undefined;
  readonly heldMs: number;
  /** Whether it was ended for that. */
  readonly isRevoked: boolean;
}

export interface PoolParts {
  readonly settings: Settings;
  /** The connection that everybody shares: it knows whether Redis serves. */
  readonly main: ProtectedClient;
  /** Makes one more connection, which dials by itself. */
  readonly connect: () => LeaseConnection;
  /** Connects the shared client, if it is lazy and was not connected yet. */
  readonly wake: () => void;
  /** Takes a report of each lease that is kept for too long. */
  readonly tell: (overdue: OverdueLease) => void;
}

/** What a caller asks a pool for. */
export interface LeaseRequest {
  readonly name: string | undefined;
  /** Until when it may wait. */
  readonly deadlineAt: number;
  /** Gives up waiting, with its reason. */
  readonly signal: AbortSignal | undefined;
}
