import { Durations, type DurationTotals } from '../../observability/totals.ts';

/**
 * Totals of all leases and transactions since the `RedisResilience` was created. The counts in this object keep rising.
 */
export interface PoolTotals {
  /** Number of leases that were refused, immediately or after waiting. */
  readonly refused: number;
  /** How long each connection took to establish. */
  readonly creates: DurationTotals;
  /** How long each lease waited for its connection. */
  readonly waits: DurationTotals;
  /** How long each connection was leased. */
  readonly uses: DurationTotals;
}

/** Collects the totals of all pools of a `RedisResilience`. */
export class PoolCounts implements PoolTotals {
  refused = 0;
  readonly creates = new Durations();
  readonly waits = new Durations();
  readonly uses = new Durations();
}
