import type { Clock, RedisResilience } from '@redis-resilience/core';
import { checkArgument, objectWith, resilienceOf } from '@redis-resilience/core/kit';
import { askLimiter } from './ask-limiter.ts';
import { uncountedError } from './uncounted-error.ts';
import { wrapperSettings } from './wrapper-options.ts';

/** The part of a rate-limiter-flexible limiter that {@link resilientLimiter} uses. */
export interface FlexibleLimiter {
  readonly points: number;
  consume(key: string, points?: number, options?: object): Promise<unknown>;
}

/** Options of {@link resilientLimiter}. */
export interface ResilientLimiterOptions {
  /**
   * While Redis is unavailable, `open` allows every call, and `closed` throws. With the option `insurance`, `whenAway`
   * is ignored. Default `closed`.
   */
  readonly whenAway?: 'open' | 'closed';
  /** Limiter that counts while Redis is unavailable, for example a `RateLimiterMemory`. Default: none. */
  readonly insurance?: FlexibleLimiter;
  /** How long a caller waits for the count. Default 200 ms. */
  readonly timeoutMs?: number;
  /** Source of time, for tests. Default: that of the RedisResilience. */
  readonly clock?: Clock;
}

/** The value with which rate-limiter-flexible's `consume` resolves, or rejects when no points are left. */
export interface LimiterAnswer {
  readonly remainingPoints: number;
  readonly msBeforeNext: number;
  readonly consumedPoints: number;
  readonly isFirstInDuration: boolean;
}

/**
 * Wraps a rate-limiter-flexible limiter so that no caller waits longer than `timeoutMs` for Redis, even if the server
 * is frozen. (The limiter's own option `insuranceLimiter` takes effect only after an error, and a frozen server sends
 * none.)
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 * @example
 * const limiter = resilientLimiter(
 *   new RateLimiterRedis({ storeClient: resilience.client, points: 5, duration: 1 }),
 *   resilience,
 *   { insurance: new RateLimiterMemory({ points: 1, duration: 1 }) },
 * );
 * await limiter.consume(userId);
 */
export function resilientLimiter(
  limiter: FlexibleLimiter,
  resilience: RedisResilience,
  options: ResilientLimiterOptions = {},
): { consume(key: string, points?: number): Promise<LimiterAnswer> } {
  checkArgument('resilientLimiter.limiter', limiter, objectWith('consume'));
  checkArgument('resilientLimiter.resilience', resilience, resilienceOf);
  const { insurance, whenAway, timeoutMs, clock } = wrapperSettings(
    'resilientLimiter',
    resilience,
    options,
    objectWith('consume'),
  );
  return {
    async consume(key, points = 1) {
      const asked = await askLimiter(
        resilience,
        clock,
        timeoutMs,
        () => limiter.consume(key, points) as Promise<LimiterAnswer>,
      );
      if (!asked.isAway) return asked.answer;
      if (insurance !== undefined) return insurance.consume(key, points) as Promise<LimiterAnswer>;
      if (whenAway === 'closed') throw uncountedError(resilience);
      return {
        remainingPoints: limiter.points,
        msBeforeNext: 0,
        consumedPoints: 0,
        isFirstInDuration: false,
      };
    },
  };
}
