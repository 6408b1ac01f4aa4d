import type { LaneTotals } from './observability/totals.ts';
import type { PoolDetail } from './lease/pool/pool-detail.ts';
import type { Lane } from './snapshot.ts';

/** Whether commands that need their own connection (see `lease`) were called on the client that all callers share. */
export interface SharedUse {
  /** `WATCH`: another caller's `EXEC` may end it. */
  readonly watch: boolean;
  /** Blocking commands: the commands of all callers wait behind them. */
  readonly blocking: boolean;
}

/** The server at the other end of the connection, as it described itself when the connection was made. */
export interface ServerFacts {
  /**
   * Product and version of the server, such as `Redis 7.4.1` or `Valkey 8.0.2`. Undefined if the user has no permission
   * for INFO.
   */
  readonly version: string | undefined;
  /**
   * Role of the server; undefined if not known. A primary that was demoted is shown as a replica as soon as the client
   * notices the demotion.
   */
  readonly role: 'primary' | 'replica' | undefined;
}

/** Current counts, in addition to a snapshot, for dashboards, the status page and the doctor package. */
export interface SnapshotDetail {
  /** Number of connections of this `RedisResilience`, including duplicates and cluster nodes. */
  readonly connections: number;
  /** How many of the `connections` are ready for commands. */
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
  readonly shared: SharedUse;
  /**
   * The connected server. Undefined before the first connection, and in a Cluster, which consists of several servers.
   */
  readonly server: ServerFacts | undefined;
  /**
   * How all commands have ended since the `RedisResilience` was created. The counts in this object keep rising after
   * `detail()` has returned.
   */
  readonly commands: Readonly<Record<Lane, LaneTotals>>;
}
