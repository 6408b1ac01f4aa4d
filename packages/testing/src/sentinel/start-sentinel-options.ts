import type { FleetOptions } from '../server/server-fleet.ts';

/** Options of `startSentinel`. */
export interface StartSentinelOptions extends FleetOptions {
  /** @default 2 */
  readonly replicas?: number;
  /** Silence of the primary after which the first sentinel calls it down; the others follow 200 ms apart. @default 500 */
  readonly downAfterMs?: number;
  /** @default 3000 */
  readonly failoverTimeoutMs?: number;
  /** Password of the sentinels. @default none */
  readonly sentinelPassword?: string;
}
