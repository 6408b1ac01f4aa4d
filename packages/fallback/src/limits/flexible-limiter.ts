import { systemClock, type Clock, type RedisResilience } from '@redis-resilience/core';
import {
  checkArgument,
  checkOptions,
  clockOf,
  durationOf,
  objectWith,
  oneOf,
  resilienceOf,
} from '@redis-resilience/core/kit';
import { askLimiter, limiterTimeoutMs } from './ask-limiter.ts';
import { uncountedError } from './uncounted-error.ts';

/** The part of a limiter of rate-limiter-flexible that {@link resilientLimiter} uses. */
export interface FlexibleLimiter {
  readonly points: number;
  consume(key: string, points?: number, options?: object): Promise<unknown>;
}

/** Options of {@link resilientLimiter}. */
export interface ResilientLimiterOptions {
  /** While Redis is away: `open` lets every call pass, `closed` throws. Unused with an `insurance`. Default `closed`. */
  readonly whenAway?: 'open' | 'closed';
  /** Counts while Redis is away, for example a `RateLimiterMemory`. Default: none. */
  readonly insurance?: FlexibleLimiter;
  /** How long a caller waits for the count. Default 200 ms. */
  readonly timeoutMs?: number;
  /** Time, for tests. */
  readonly clock?: Clock;
}

/** What `consume` of rate-limiter-flexible resolves with, and rejects with when there are no points left. */
export interface LimiterAnswer {
  readonly remainingPoints: number;
  readonly msBeforeNext: number;
  readonly consumedPoints: number;
  readonly isFirstInDuration: boolean;
}

/**
 * Wraps a limiter of rate-limiter-flexible: no caller waits longer than `timeoutMs` for Redis. That holds for a frozen
 * server too, where the insurance of the limiter itself would never be used.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
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
  checkOptions<ResilientLimiterOptions>('resilientLimiter', options, {
    whenAway: oneOf('open', 'closed'),
    insurance: objectWith('consume'),
    timeoutMs: durationOf(1),
    clock: clockOf,
  });
  const { insurance, whenAway = 'closed', timeoutMs = limiterTimeoutMs, clock = systemClock } = options;
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
