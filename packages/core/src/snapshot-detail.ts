import type { LaneTotals } from './observability/totals.ts';
import type { PoolDetail } from './lease/pool/pool-detail.ts';
import type { Lane } from './snapshot.ts';

/** Live counts behind a snapshot, for dashboards, the status page and the doctor package. */
export interface SnapshotDetail {
  /**
   * Number of connections this resilience owns, including duplicates and cluster nodes, and how many of them are ready.
   */
  readonly connections: number;
  readonly readyConnections: number;
  readonly waiting: number;
  /** Size of the arguments of waiting commands, in bytes. */
  readonly waitingBytes: number;
  readonly inFlight: number;
  /** Tokens left in the shared retry budget. */
  readonly retryBudget: number;
  /** Lag of the event loop: how late a periodic timer fired, or how long it has been overdue. */
  readonly eventLoopLagMs: number;
  /** The connections that `lease()` and `transaction()` use; `connections` includes them. */
  readonly pool: PoolDetail;
  /** How all commands have ended since the start. Live: the counts in this object keep rising. */
  readonly commands: Readonly<Record<Lane, LaneTotals>>;
}
