import type { RedisResilience } from '@redis-resilience/core';

/** Whether to send a read to Redis now: reads work, or no connection has been attempted yet. */
export function readsAvailable(resilience: RedisResilience): boolean {
  return resilience.snapshot().reads || isUntried(resilience);
}

/** Whether to send a write to Redis now: writes work, or no connection has been attempted yet. */
export function writesAvailable(resilience: RedisResilience): boolean {
  return resilience.snapshot().writes || isUntried(resilience);
}

// A connection that is waiting for its first command, or making its first attempt, does not count as an outage.
function isUntried(resilience: RedisResilience): boolean {
  const { connection, cause } = resilience.snapshot();
  return connection === 'idle' || (connection === 'connecting' && cause === undefined);
}
