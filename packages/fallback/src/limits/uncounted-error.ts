import { RedisUnavailableError, type RedisResilience } from '@redis-resilience/core';

/**
 * Creates the error that a limiter with `whenAway: 'closed'` throws while Redis is unavailable. Because of the error's
 * `status` and `headers`, Express and Koa respond with 503 and `Retry-After`, even without this library's error
 * middleware.
 */
export function uncountedError(resilience: RedisResilience): RedisUnavailableError {
  const { cause, retryAfterMs } = resilience.snapshot();
  return new RedisUnavailableError(
    'Requests cannot be counted while Redis is away; this one was refused. Try again later.',
    { reason: cause?.code, retryAfterMs, outcome: 'not-applied', connection: resilience.name },
  );
}
