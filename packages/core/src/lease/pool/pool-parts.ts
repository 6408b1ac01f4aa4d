import type { GateFacts } from '../../command/admission.ts';
import type { ProtectedClient } from '../../connection/protected-client.ts';
import type { Settings } from '../../options/settings.ts';
import type { PoolCounts } from './pool-totals.ts';
import type { LeaseConnection } from './pool-member.ts';

/** A lease that has lasted longer than `maxLeaseMs`. */
export interface OverdueLease {
  /** The name that the caller gave the lease, if any. */
  readonly name: string | undefined;
  readonly heldMs: number;
  /** Whether the lease was ended because it had lasted too long. */
  readonly isRevoked: boolean;
}

/**
 * The shared client, whose state shows whether Redis is serving. In a Cluster, `cause` and `facts()` also take the
 * state of the pool's node into account.
 */
export interface PoolMain extends Pick<
  ProtectedClient,
  'state' | 'cause' | 'readAt' | 'ping' | 'nextAttemptMs'
> {
  /**
   * Milliseconds that callers may wait for another database to take over, even if the outage has already lasted longer
   * than `maxWaitMs`; 0 if no takeover is expected.
   */
  readonly changePatienceMs: number;
  /** State of the client's gate, which admits, queues or rejects the client's commands. */
  facts(): Pick<GateFacts, 'gate' | 'awaySince' | 'isIsolated'>;
}

export interface PoolParts {
  readonly settings: Settings;
  readonly main: PoolMain;
  /**
   * Creates one more connection, which starts to dial by itself. `isAwaited` returns whether a caller is waiting for
   * this very connection.
   */
  readonly connect: (isAwaited: () => boolean) => LeaseConnection;
  /** Connects the shared client if it is lazy and has not been connected yet. */
  readonly wake: () => void;
  /** The totals, to which all pools of the `RedisResilience` add. */
  readonly totals: PoolCounts;
  /** Receives a report for each lease that is held for too long. */
  readonly tell: (overdue: OverdueLease) => void;
}

/** A caller's request to a pool. */
export interface LeaseRequest {
  readonly name: string | undefined;
  /** Time until which the caller may wait. */
  readonly deadlineAt: number;
  /** When the signal aborts, the wait ends, and the caller gets the signal's reason. */
  readonly signal: AbortSignal | undefined;
}
