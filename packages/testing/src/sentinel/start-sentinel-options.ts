import type { FleetOptions } from '../server/server-fleet.ts';

/** Options of `startSentinel`. */
export interface StartSentinelOptions extends FleetOptions {
  /** Number of replicas. @default 2 */
  readonly replicas?: number;
  /**
   * How many milliseconds the primary must be silent before the first sentinel considers it down. The second sentinel
   * waits 200 ms longer, and the third 400 ms longer. @default 500
   */
  readonly downAfterMs?: number;
  /** The sentinels' `failover-timeout`, in milliseconds. @default 3000 */
  readonly failoverTimeoutMs?: number;
  /** The sentinels' password. @default none */
  readonly sentinelPassword?: string;
}
