import type { Clock, RedisResilience } from '@redis-resilience/core';
import { isAway, tooLate, withinDeadline } from '@redis-resilience/core/kit';
import { writesAvailable } from '../availability.ts';

/** Default of every limiter's `timeoutMs` option, in milliseconds. */
export const limiterTimeoutMs = 200;

/**
 * The answer of a limiter that counts in Redis. `isAway` is true if there is no answer because Redis is unavailable.
 */
export type Asked<T> = { readonly isAway: false; readonly answer: T } | { readonly isAway: true };

/**
 * Calls a limiter that counts in Redis, and waits at most `timeoutMs` for its answer. Does not call the limiter while
 * Redis is unavailable. Rethrows the limiter's own errors, for example "no points left".
 */
export async function askLimiter<T>(
  resilience: RedisResilience,
  clock: Clock,
  timeoutMs: number,
  ask: () => Promise<T>,
): Promise<Asked<T>> {
  if (!writesAvailable(resilience)) return { isAway: true };
  try {
    const answer = await withinDeadline(clock, timeoutMs, ask(), () => tooLate('The limiter', timeoutMs));
    return { isAway: false, answer };
  } catch (error) {
    if (isAway(error)) return { isAway: true };
    throw error;
  }
}
