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
import { askLimiter, failedClosed, limiterTimeoutMs } from './limit-options.ts';

/** The part of a limiter of rate-limiter-flexible that is used. */
export interface FlexibleLimiter {
  readonly points: number;
  consume(key: string, points?: number, options?: object): Promise<unknown>;
}

/** Options of {@link resilientLimiter}. */
export interface ResilientLimiterOptions {
  /** `open`: everybody passes. `closed`: refused with 503. Default `closed`, unless there is an insurance. */
  readonly whenAway?: 'open' | 'closed';
  /** The limiter that counts while Redis is away: a `RateLimiterMemory`. */
  readonly insurance?: FlexibleLimiter;
  /** How long a caller waits for the count, in milliseconds. Default 200. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

/** What `consume` of rate-limiter-flexible gives, and rejects with when there are no points left. */
export interface LimiterAnswer {
  readonly remainingPoints: number;
  readonly msBeforeNext: number;
  readonly consumedPoints: number;
  readonly isFirstInDuration: boolean;
}

/**
 * Wraps a limiter of rate-limiter-flexible: no caller waits for Redis longer than `timeoutMs`, also when the server is
 * frozen, where the limiter's own insurance would never be asked.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
 * @example
 * const limiter = resilientLimiter(new RateLimiterRedis({ storeClient: resilience.client, points: 5, duration: 1 }), resilience,
 *   { insurance: new RateLimiterMemory({ points: 1, duration: 1 }) });
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
        timeoutMs,
        () => limiter.consume(key, points) as Promise<LimiterAnswer>,
        clock,
      );
      if (!asked.isAway) return asked.answer;
      if (insurance !== undefined) return insurance.consume(key, points) as Promise<LimiterAnswer>;
      if (whenAway === 'closed') throw failedClosed(resilience);
      return {
        remainingPoints: limiter.points,
        msBeforeNext: 0,
        consumedPoints: 0,
        isFirstInDuration: false,
      };
    },
  };
}
