/** The facts that decide what a pool does next. */
export interface PoolFacts {
  /** Number of callers that are waiting. */
  readonly waiting: number;
  /** Number of idle connections from which something has been read so recently that they need no check. */
  readonly idleAlive: number;
  /** Number of idle connections that must be checked with a PING first. */
  readonly idleDoubtful: number;
  /** Number of connections that are being made or checked, each of which will soon be free. */
  readonly coming: number;
  /** Total number of connections in the pool. */
  readonly size: number;
  readonly min: number;
  readonly max: number;
  /** Whether Redis is serving, according to the shared connection. */
  readonly isServing: boolean;
}

/** The next step of a pool. `none` means that everything possible is already in progress. */
export type PoolStep = 'hand-out' | 'ask' | 'connect' | 'none';

/**
 * Decides a pool's next step; call this function again after each step until it returns `none`. At most one connection
 * is made or checked for each waiting caller. While Redis is unavailable, no connection is made or checked, because the
 * shared connection notices when Redis is back.
 */
export function nextPoolStep(facts: PoolFacts): PoolStep {
  const { waiting, coming, size } = facts;
  if (waiting > 0 && facts.idleAlive > 0) return 'hand-out';
  if (!facts.isServing) return 'none';
  if (waiting > coming && facts.idleDoubtful > 0) return 'ask';
  const isShort = size < facts.min || (waiting > coming && size < facts.max);
  return isShort ? 'connect' : 'none';
}
