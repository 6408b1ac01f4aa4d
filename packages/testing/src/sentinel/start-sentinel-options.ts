import type { FleetOptions } from '../server/server-fleet.ts';

/** Options of `startSentinel`. */
export interface StartSentinelOptions extends FleetOptions {
  /** Number of replicas. @default 2 */
  readonly replicas?: number;
  /**
   * Milliseconds without a reply from the primary after which the first sentinel marks it as down; the others do so at
   * intervals of 200 ms. @default 500
   */
  readonly downAfterMs?: number;
  /** The sentinels' `failover-timeout`, in milliseconds. @default 3000 */
  readonly failoverTimeoutMs?: number;
  /** The sentinels' password. @default none */
  readonly sentinelPassword?: string;
}
