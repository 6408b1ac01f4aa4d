import { RedisUnavailableError, type RedisResilience } from '@redis-resilience/core';

/**
 * The error of a limiter that is closed while Redis is away. By its `status` and `headers`, Express and Koa
 * answer 503 with `Retry-After`, with or without the error middleware of this project.
 */
export function uncountedError(resilience: RedisResilience): RedisUnavailableError {
  const { cause, retryAfterMs } = resilience.snapshot();
  return new RedisUnavailableError(
    'Requests cannot be counted while Redis is away; this one was refused. Try again later.',
    { reason: cause?.code, retryAfterMs, outcome: 'not-applied' },
  );
}
