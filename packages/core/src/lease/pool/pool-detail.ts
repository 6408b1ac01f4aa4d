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

/**
 * Returns the counts of all pools of a `RedisResilience` together. There is one pool or, in a Cluster, one for each
 * node to which a lease has led.
 */
export function sumOfPools(
  pools: readonly PoolDetail[],
  { max, min, totals }: Pick<PoolDetail, 'max' | 'min' | 'totals'>,
): PoolDetail {
  const [only] = pools;
  if (only !== undefined && pools.length === 1) return only;
  const sum = (count: (pool: PoolDetail) => number): number =>
    pools.reduce((total, pool) => total + count(pool), 0);
  const ages = pools.flatMap(({ oldestLeaseMs }) => oldestLeaseMs ?? []);
  return {
    max: max * Math.max(1, pools.length),
    min: min * Math.max(1, pools.length),
    active: sum(({ active }) => active),
    idle: sum(({ idle }) => idle),
    pending: sum(({ pending }) => pending),
    waiting: sum(({ waiting }) => waiting),
    oldestLeaseMs: ages.length === 0 ? undefined : Math.max(...ages),
    totals,
  };
}
