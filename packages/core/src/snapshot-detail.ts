import type { LaneTotals } from './observability/totals.ts';
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
  /** How late the event loop's last beat was, or already is. */
  readonly eventLoopLagMs: number;
  /** What became of all commands since the start. Live: reading it again gives later counts. */
  readonly commands: Readonly<Record<Lane, LaneTotals>>;
}
