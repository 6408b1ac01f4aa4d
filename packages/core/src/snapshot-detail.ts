import type { LaneTotals } from './observability/totals.ts';
import type { PoolDetail } from './lease/pool/pool-detail.ts';
import type { Lane } from './snapshot.ts';

/** Live counts behind a snapshot, for dashboards, the status page and the doctor. */
export interface SnapshotDetail {
  /** Connections this resilience owns, duplicates and cluster nodes included, and how many of them are ready. */
  readonly connections: number;
  readonly readyConnections: number;
  readonly waiting: number;
  /** Bytes of arguments that wait. */
  readonly waitingBytes: number;
  readonly inFlight: number;
  /** Tokens left of the shared retry budget. */
  readonly retryBudget: number;
  /** Lag of the event loop: by how much a periodic timer fired late, or is overdue now. */
  readonly eventLoopLagMs: number;
  /** The connections that `lease()` and `transaction()` use; those are counted in `connections` too. */
  readonly pool: PoolDetail;
  /** How all commands ended since the start. Live: the counts in this object go on rising. */
  readonly commands: Readonly<Record<Lane, LaneTotals>>;
}
