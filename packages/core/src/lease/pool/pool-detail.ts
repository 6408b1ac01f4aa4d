import type { PoolTotals } from './pool-totals.ts';

/** Live counts of the connections that `lease()` and `transaction()` use. */
export interface PoolDetail {
  readonly max: number;
  readonly min: number;
  /** Number of connections that are currently leased. */
  readonly active: number;
  /** Number of connections that are ready and unused. */
  readonly idle: number;
  /** Number of connections that are being made, or cleaned for the next lease. */
  readonly pending: number;
  /** Number of callers that are waiting for a connection. */
  readonly waiting: number;
  /** How long the oldest lease has lasted, in milliseconds; undefined if there is none. */
  readonly oldestLeaseMs: number | undefined;
  readonly totals: PoolTotals;
}
