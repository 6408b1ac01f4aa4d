import { warning } from '../../finding.ts';
import { onAll } from '../rule.ts';

const longMs = 1000;

/**
 * Reports that callers wait for a connection because all connections of the pool are leased. A short wait is not
 * reported: a connection must have been leased for over a second, or callers must have spent more time waiting for
 * connections than using them.
 */
export const poolRule = onAll(({ application }) => {
  const pool = application?.pool;
  if (pool === undefined || pool.waiting === 0 || pool.active < pool.max) return undefined;
  const { active, waiting, oldestLeaseMs = 0, totals } = pool;
  const isKept = oldestLeaseMs >= longMs;
  if (!isKept && totals.waits.sumMs <= totals.uses.sumMs) return undefined;
  return warning(
    'pool-full',
    'All connections for leases are in use, and callers wait for one.',
    { active, waiting, oldestLeaseMs: Math.round(oldestLeaseMs), refused: totals.refused },
    isKept
      ? 'Lease for a shorter time, or set pool.revoke, which ends a lease after pool.maxLeaseMs.'
      : 'Raise pool.max, or lease for a shorter time.',
  );
});
