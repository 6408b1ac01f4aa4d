import { systemClock, type Clock, type RedisResilience } from '@redis-resilience/core';
import {
  checkArgument,
  checkOptions,
  clockOf,
  durationOf,
  functionOf,
  oneOf,
  resilienceOf,
} from '@redis-resilience/core/kit';
import { askLimiter, failedClosed, limiterTimeoutMs } from './limit-options.ts';

type Next = () => Promise<unknown>;
type KoaMiddleware<C> = (ctx: C, next: Next) => Promise<unknown>;

/** Options of {@link resilientKoaLimiter}. */
export interface KoaLimiterOptions<C = unknown> {
  /** `open`: everybody passes. `closed`: 503. Default `closed`, unless there is an insurance. */
  readonly whenAway?: 'open' | 'closed';
  /** The middleware that counts while Redis is away: koa-ratelimit with `driver: 'memory'`. */
  readonly insurance?: KoaMiddleware<C>;
  /** How long a request waits for the count, in milliseconds. Default 200. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

/**
 * Wraps a limiting middleware of Koa, koa-ratelimit for one: a request never waits for Redis longer than `timeoutMs`.
 * What comes after the limiter runs once, outside that limit.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
 * @example
 * app.use(resilientKoaLimiter(ratelimit({ driver: 'redis', db: resilience.client, max: 100 }), resilience, { whenAway: 'open' }));
 */
export function resilientKoaLimiter<C extends object>(
  limiter: KoaMiddleware<C>,
  resilience: RedisResilience,
  options: KoaLimiterOptions<C> = {},
): KoaMiddleware<C> {
  checkArgument('resilientKoaLimiter.limiter', limiter, functionOf);
  checkArgument('resilientKoaLimiter.resilience', resilience, resilienceOf);
  checkOptions<KoaLimiterOptions<C>>('resilientKoaLimiter', options, {
    whenAway: oneOf('open', 'closed'),
    insurance: functionOf,
    timeoutMs: durationOf(1),
    clock: clockOf,
  });
  const { insurance, whenAway = 'closed', timeoutMs = limiterTimeoutMs, clock = systemClock } = options;
  return async function resilientKoaLimiter(ctx, next) {
    const view = abandonable(ctx);
    // The limiter's own `next` only tells that it lets the request pass.
    const asked = await askLimiter(resilience, timeoutMs, () => letsPass(limiter, view.ctx), clock);
    if (!asked.isAway) return asked.answer ? next() : undefined;
    view.abandon();
    if (insurance !== undefined) return insurance(ctx, next);
    if (whenAway === 'closed') throw failedClosed(resilience);
    return next();
  };
}

// What a limiter does that answers too late must not reach the response that somebody else makes by then.
function abandonable<C extends object>(ctx: C): { readonly ctx: C; abandon(): void } {
  let isAbandoned = false;
  const view = new Proxy(ctx, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return isAbandoned ? () => undefined : (value.bind(target) as unknown);
    },
    set: (target, name, value) => isAbandoned || Reflect.set(target, name, value, target),
  });
  return {
    ctx: view,
    abandon() {
      isAbandoned = true;
    },
  };
}

async function letsPass<C>(limiter: KoaMiddleware<C>, ctx: C): Promise<boolean> {
  let passed = false;
  await limiter(ctx, () => {
    passed = true;
    return Promise.resolve();
  });
  return passed;
}
