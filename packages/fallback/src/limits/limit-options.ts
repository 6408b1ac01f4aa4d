import { RedisUnavailableError, systemClock, type Clock, type RedisResilience } from '@redis-resilience/core';
import { isAway, tooLate, withinDeadline } from '@redis-resilience/core/kit';
import { mayWrite } from '../may-use.ts';

/** What a limiter answers while Redis is away: everybody passes, nobody does, or this instance counts alone. */
export type WhenAway = 'open' | 'closed' | 'local';

/** Default wait of a request for its limiter, in milliseconds. */
export const limiterTimeoutMs = 200;

/** The answer of Redis, or that it has none to give. */
export type Asked<T> = { readonly isAway: false; readonly answer: T } | { readonly isAway: true };

/**
 * Asks a limiter that lives in Redis, and never waits longer than `timeoutMs`. What it rejects with for a reason of its
 * own is thrown on.
 */
export async function askLimiter<T>(
  resilience: RedisResilience,
  timeoutMs: number,
  ask: () => Promise<T>,
  clock: Clock = systemClock,
): Promise<Asked<T>> {
  if (!mayWrite(resilience)) return { isAway: true };
  try {
    const answer = await withinDeadline(clock, timeoutMs, ask(), () => tooLate('The limiter', timeoutMs));
    return { isAway: false, answer };
  } catch (error) {
    if (isAway(error)) return { isAway: true };
    throw error;
  }
}

/**
 * The error of a limiter that fails closed. Express and Koa answer it with 503 and `Retry-After`, with or without our
 * error middleware.
 */
export function failedClosed(resilience: RedisResilience): RedisUnavailableError {
  const { cause, retryAfterMs } = resilience.snapshot();
  const error = new RedisUnavailableError(
    'Requests cannot be counted while Redis is away; this one was refused. Try again later.',
    { reason: cause?.code, retryAfterMs, outcome: 'not-applied' },
  );
  const seconds = Math.max(1, Math.ceil((retryAfterMs ?? 1000) / 1000));
  return Object.assign(error, { status: 503, headers: { 'Retry-After': String(seconds) } });
}
