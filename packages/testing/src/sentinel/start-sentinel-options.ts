import type { FleetOptions } from '../server/server-fleet.ts';

/** Options of `startSentinel`. */
export interface StartSentinelOptions extends FleetOptions {
  /** Number of replicas. @default 2 */
  readonly replicas?: number;
  /**
   * After how many milliseconds without a reply the first sentinel considers the primary down. The other sentinels
   * consider the primary down 200 and 400 ms later. @default 500
   */
  readonly downAfterMs?: number;
  /** The sentinels' `failover-timeout`, in milliseconds. @default 3000 */
  readonly failoverTimeoutMs?: number;
  /** The sentinels' password. @default none */
  readonly sentinelPassword?: string;
}
