/** What is known when a command cannot be sent right away. */
export interface WaitSituation {
  readonly now: number;
  /** When Redis went away; undefined while nothing failed yet, as in the first connection after the start. */
  readonly awaySince: number | undefined;
  readonly maxWaitMs: number;
  readonly deadlineAt: number;
}

/**
 * Wait, then fail: how long a fresh command waits for a reconnection. In the first `maxWaitMs` of an outage it waits at
 * most that long; once the outage is older, waiting only builds a queue, and it fails at once. Returns the time at
 * which to give up, or undefined to fail now.
 */
export function waitUntil(situation: WaitSituation): number | undefined {
  const { now, awaySince, maxWaitMs, deadlineAt } = situation;
  if (awaySince !== undefined && now - awaySince >= maxWaitMs) return undefined;
  return Math.min(now + maxWaitMs, deadlineAt);
}
