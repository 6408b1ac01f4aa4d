import type { Clock, RedisResilience } from '@redis-resilience/core';
import { isAway, tooLate, withinDeadline } from '@redis-resilience/core/kit';
import { writesAvailable } from '../availability.ts';

/** Default of the options `timeoutMs` of all limiters, in milliseconds. */
export const limiterTimeoutMs = 200;

/** The answer of a limiter in Redis, or that there is none because Redis is away. */
export type Asked<T> = { readonly isAway: false; readonly answer: T } | { readonly isAway: true };

/**
 * Asks a limiter in Redis, and waits at most `timeoutMs`. Errors of the limiter itself, for example "no points left",
 * are thrown on.
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
