import type { Lane, RedisResilience } from '@redis-resilience/core';
import { checkCalled, refuseWithout } from '@redis-resilience/core/http';
import {
  checkArgument,
  checkOptions,
  laneOf,
  type OptionReaders,
  resilienceOf,
} from '@redis-resilience/core/kit';
import { onlyConnectionOf, send, type Middleware } from './middleware.ts';
import { refuseAtMount } from './refuse-at-mount.ts';
import { passRejectionsOn } from './rejected-handlers.ts';

/** Options of {@link requireRedis}. */
export interface RequireRedisOptions {
  /** The connection to look at. Default: that of the `redisGuard()` of the process; without any, `defaultRedisResilience()`. */
  readonly resilience?: RedisResilience;
}

const readers: OptionReaders<RequireRedisOptions> = { resilience: resilienceOf };

/**
 * Answers 503 with `Retry-After` and problem details while reads, or writes, are away; otherwise the request passes. A
 * connection that is being made for the first time does not count as away: commands wait for it a moment.
 *
 * `lane`: `'read'` or `'write'`. Default `'read'`.
 *
 * @throws {@link ConfigurationError} when the lane or an option is wrong
 *
 * @example
 * app.post('/orders', requireRedis('write'), placeOrder);
 */
export function requireRedis(lane: Lane = 'read', options: RequireRedisOptions = {}): Middleware {
  checkCalled('requireRedis', lane);
  checkArgument('requireRedis.lane', lane, laneOf);
  const { resilience } = checkOptions('requireRedis', options, readers);
  return function requireRedis(req, res, next) {
    passRejectionsOn(req);
    const refusal = refuseWithout(lane, (resilience ?? onlyConnectionOf(req)).snapshot());
    if (refusal) return send(res, refusal);
    next();
  };
}

refuseAtMount(requireRedis);
