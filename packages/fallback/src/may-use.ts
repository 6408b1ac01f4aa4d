import type { RedisResilience } from '@redis-resilience/core';

/** Whether to ask Redis for a read at all: it is there, or nobody knows yet. */
export function mayRead(resilience: RedisResilience): boolean {
  return resilience.snapshot().reads || isUntried(resilience);
}

/** Whether to give Redis a write right now: it takes writes, or nobody knows yet. */
export function mayWrite(resilience: RedisResilience): boolean {
  return resilience.snapshot().writes || isUntried(resilience);
}

// A connection that waits for its first command, or makes its first attempt, is no outage.
function isUntried(resilience: RedisResilience): boolean {
  const { connection, cause } = resilience.snapshot();
  return connection === 'idle' || (connection === 'connecting' && cause === undefined);
}
