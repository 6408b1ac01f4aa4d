import type { Middleware } from 'koa';
import type { Lane, RedisResilience } from '@redis-resilience/core';
import {
  checkAdapterOptions,
  checkLane,
  optionReaders,
  refuseWithout,
  type OptionReaders,
} from '@redis-resilience/core/http';
import { resilienceOf, send } from './context.ts';

/** Options of {@link requireRedis}. */
export interface RequireRedisOptions {
  /** The connection to look at. Default: that of the `redisGuard()` before it, else `defaultRedisResilience()`. */
  readonly resilience?: RedisResilience;
}

const readers: OptionReaders<RequireRedisOptions> = { resilience: optionReaders.resilience };

/**
 * Answers 503 with `Retry-After` and problem details while reads, or writes, are away; otherwise the request passes. A
 * connection that is being made for the first time does not count as away: commands wait for it a moment.
 *
 * `lane`: `'read'` or `'write'`. Default `'read'`.
 *
 * @throws {@link ConfigurationError} when the lane or an option is wrong
 *
 * @example
 * router.post('/orders', requireRedis('write'), placeOrder);
 */
export function requireRedis(lane: Lane = 'read', options: RequireRedisOptions = {}): Middleware {
  checkLane('requireRedis', lane);
  const { resilience } = checkAdapterOptions('requireRedis', options, readers);
  return function requireRedis(ctx, next) {
    const refusal = refuseWithout(lane, resilienceOf(ctx, resilience).snapshot());
    return refusal ? send(ctx, refusal) : next();
  };
}
