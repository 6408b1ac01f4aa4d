import type { FleetOptions } from '../server/server-fleet.ts';

/** Options of `startSentinel`. */
export interface StartSentinelOptions extends FleetOptions {
  /** Number of replicas. @default 2 */
  readonly replicas?: number;
  /** Silence of the primary after which the first sentinel calls it down; the others do 200 ms apart. @default 500 */
  readonly downAfterMs?: number;
  /** `failover-timeout` of the sentinels, in milliseconds. @default 3000 */
  readonly failoverTimeoutMs?: number;
  /** Password of the sentinels. @default none */
  readonly sentinelPassword?: string;
}
