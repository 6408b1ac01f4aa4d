import type { RedisResilience } from '@redis-resilience/core';

/** Whether to send a read to Redis now. True while reads work, and until the first connection attempt has ended. */
export function readsAvailable(resilience: RedisResilience): boolean {
  return resilience.snapshot().reads || isUntried(resilience);
}

/** Whether to send a write to Redis now. True while writes work, and until the first connection attempt has ended. */
export function writesAvailable(resilience: RedisResilience): boolean {
  return resilience.snapshot().writes || isUntried(resilience);
}

// Whether nothing is known about Redis yet: the client connects only with its first command, or its first connection
// attempt has not ended.
function isUntried(resilience: RedisResilience): boolean {
  const { connection, cause } = resilience.snapshot();
  return connection === 'idle' || (connection === 'connecting' && cause === undefined);
}
