/** Everything that decides what a pool does next. */
export interface PoolFacts {
  /** Callers that wait. */
  readonly waiting: number;
  /** Connections that stand unused, and were heard of within the stall limit. */
  readonly idleAlive: number;
  /** Connections that stand unused, and have to be asked first. */
  readonly idleDoubtful: number;
  /** Connections that are being made or asked: each will be free soon. */
  readonly coming: number;
  /** All connections of the pool. */
  readonly size: number;
  readonly min: number;
  readonly max: number;
  /** Redis serves, as far as the main connection knows. */
  readonly isServing: boolean;
}

/** What a pool does next. `none`: all that can be done is under way. */
export type PoolStep = 'hand-out' | 'ask' | 'connect' | 'none';

/**
 * Decides what a pool does next: repeated until it is `none`. No more connections are made or asked than callers wait,
 * and none while Redis is away: the main connection finds out when it is back.
 */
export function nextPoolStep(facts: PoolFacts): PoolStep {
  const { waiting, coming, size } = facts;
  if (waiting > 0 && facts.idleAlive > 0) return 'hand-out';
  if (!facts.isServing) return 'none';
  if (waiting > coming && facts.idleDoubtful > 0) return 'ask';
  const isShort = size < facts.min || (waiting > coming && size < facts.max);
  return isShort ? 'connect' : 'none';
}
