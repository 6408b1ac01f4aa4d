import { Durations, type DurationTotals } from '../../observability/totals.ts';

/** What a pool has done since the start. Live: the counts go on rising. */
export interface PoolTotals {
  /** Leases that could not be given in time, or at once. */
  readonly refused: number;
  /** How long the making of each connection took, until it served. */
  readonly creates: DurationTotals;
  /** How long each lease waited for its connection. */
  readonly waits: DurationTotals;
  /** How long each connection was leased. */
  readonly uses: DurationTotals;
}

/** Counts what a pool does. */
export class PoolCounts implements PoolTotals {
  refused = 0;
  readonly creates = new Durations();
  readonly waits = new Durations();
  readonly uses = new Durations();
}
