import type { PoolTotals } from './pool-totals.ts';

/** Live counts of the connections that `lease()` and `transaction()` use. */
export interface PoolDetail {
  readonly max: number;
  readonly min: number;
  /** Connections that are leased now. */
  readonly active: number;
  /** Connections that stand ready, and nobody uses. */
  readonly idle: number;
  /** Connections that are being made, or made clean for the next lease. */
  readonly pending: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
  /** How long the oldest lease has lasted; undefined when there is none. */
  readonly oldestLeaseMs: number | undefined;
  readonly totals: PoolTotals;
}
