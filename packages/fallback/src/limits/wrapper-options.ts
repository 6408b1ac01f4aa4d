import type { Clock, RedisResilience } from '@redis-resilience/core';
import {
  checkOptions,
  clockOf,
  durationOf,
  oneOf,
  sourcesOf,
  type OptionReader,
} from '@redis-resilience/core/kit';
import { limiterTimeoutMs } from './ask-limiter.ts';

/** The options that the wrappers of a limiter have in common, of a library and of Koa middleware. */
export interface WrapperOptions<Insurance> {
  readonly whenAway?: 'open' | 'closed';
  readonly insurance?: Insurance;
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

/** Options of a wrapper with their defaults filled in. */
export interface WrapperSettings<Insurance> {
  readonly whenAway: 'open' | 'closed';
  readonly insurance: Insurance | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Checks the options of the wrapper called `name`, and fills in the defaults.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 */
export function wrapperSettings<Insurance>(
  name: string,
  resilience: RedisResilience,
  options: WrapperOptions<Insurance>,
  insuranceOf: OptionReader,
): WrapperSettings<Insurance> {
  checkOptions<WrapperOptions<Insurance>>(name, options, {
    whenAway: oneOf('open', 'closed'),
    insurance: insuranceOf,
    timeoutMs: durationOf(1),
    clock: clockOf,
  });
  return {
    whenAway: options.whenAway ?? 'closed',
    insurance: options.insurance,
    timeoutMs: options.timeoutMs ?? limiterTimeoutMs,
    clock: options.clock ?? sourcesOf(resilience).clock,
  };
}
