import type { RedisResilience } from '@redis-resilience/core';

/** Whether to send a read to Redis now: reads work, or no connection was tried yet. */
export function readsAvailable(resilience: RedisResilience): boolean {
  return resilience.snapshot().reads || isUntried(resilience);
}

/** Whether to send a write to Redis now: writes work, or no connection was tried yet. */
export function writesAvailable(resilience: RedisResilience): boolean {
  return resilience.snapshot().writes || isUntried(resilience);
}

// A connection that waits for its first command, or makes its first attempt, is not an outage.
function isUntried(resilience: RedisResilience): boolean {
  const { connection, cause } = resilience.snapshot();
  return connection === 'idle' || (connection === 'connecting' && cause === undefined);
}
