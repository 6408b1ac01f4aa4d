import type { Middleware } from 'koa';
import type { Lane, RedisResilience } from '@redis-resilience/core';
import { checkLane, refuseWithout } from '@redis-resilience/core/http';
import { checkOptions, type OptionReaders, resilienceOf } from '@redis-resilience/core/kit';
import { onlyConnectionOf, send } from './context.ts';

/** Options of {@link requireRedis}. */
export interface RequireRedisOptions {
  /**
   * The connection to check. Default: the connection of the `redisGuard()` that the request has passed, or of the only
   * `redisGuard()` in the process; without a guard, `defaultRedisResilience()`.
   */
  readonly resilience?: RedisResilience;
}

const readers: OptionReaders<RequireRedisOptions> = { resilience: resilienceOf };

/**
 * Responds with 503, `Retry-After` and problem details while the lane (reads or writes) is unavailable; otherwise
 * passes the request on. Use the lane `'read'` (the default) for a route that only reads, otherwise `'write'`. During
 * the very first connection attempt, requests are passed on, because their commands wait briefly for the connection.
 *
 * @throws {@link ConfigurationError} when the lane or an option is invalid
 *
 * @example
 * router.post('/orders', requireRedis('write'), placeOrder);
 */
export function requireRedis(lane: Lane = 'read', options: RequireRedisOptions = {}): Middleware {
  checkLane('requireRedis', lane);
  const { resilience } = checkOptions('requireRedis', options, readers);
  return function requireRedis(ctx, next) {
    const refusal = refuseWithout(lane, (resilience ?? onlyConnectionOf(ctx)).snapshot());
    return refusal ? send(ctx, refusal) : next();
  };
}
