import { defaultRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { guardedConnections } from '@redis-resilience/core/http';
import { openResiliences } from '@redis-resilience/core/kit';

/**
 * Returns the connections of the application: those that its guards use; if there is no guard, all open ones; if none
 * is open, the default one.
 */
export function presentConnections(): readonly RedisResilience[] {
  const open = openResiliences();
  const guarded = guardedConnections().filter((resilience) => open.includes(resilience));
  if (guarded.length > 0) return guarded;
  return open.length > 0 ? open : [defaultRedisResilience()];
}
