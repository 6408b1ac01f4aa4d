import type { Clock, RedisResilience } from '@redis-resilience/core';
import { checkArgument, functionOf, resilienceOf } from '@redis-resilience/core/kit';
import { askLimiter } from './ask-limiter.ts';
import { uncountedError } from './uncounted-error.ts';
import { wrapperSettings } from './wrapper-options.ts';

type Next = () => Promise<unknown>;
type KoaMiddleware<C> = (ctx: C, next: Next) => Promise<unknown>;

/** Options of {@link resilientKoaLimiter}. */
export interface KoaLimiterOptions<C = unknown> {
  /**
   * While Redis is unavailable, `open` allows every request, and `closed` responds with 503. With the option
   * `insurance`, `whenAway` is ignored. Default `closed`.
   */
  readonly whenAway?: 'open' | 'closed';
  /**
   * Middleware that counts while Redis is unavailable, for example koa-ratelimit with `driver: 'memory'`. Default:
   * none.
   */
  readonly insurance?: KoaMiddleware<C>;
  /** How long a request waits for the count. Default 200 ms. */
  readonly timeoutMs?: number;
  /** Source of time, for tests. Default: that of the RedisResilience. */
  readonly clock?: Clock;
}

/**
 * Wraps a rate-limiting Koa middleware, for example koa-ratelimit, so that no request waits longer than `timeoutMs` for
 * Redis. Only the limiter's own time counts: later middleware may take longer than `timeoutMs`, and runs at most once.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 * @example
 * const limiter = ratelimit({ driver: 'redis', db: resilience.client, max: 100 });
 * app.use(resilientKoaLimiter(limiter, resilience, { whenAway: 'open' }));
 */
export function resilientKoaLimiter<C extends object>(
  limiter: KoaMiddleware<C>,
  resilience: RedisResilience,
  options: KoaLimiterOptions<C> = {},
): KoaMiddleware<C> {
  checkArgument('resilientKoaLimiter.limiter', limiter, functionOf);
  checkArgument('resilientKoaLimiter.resilience', resilience, resilienceOf);
  const { insurance, whenAway, timeoutMs, clock } = wrapperSettings(
    'resilientKoaLimiter',
    resilience,
    options,
    functionOf,
  );
  return async function resilientKoaLimiter(ctx, next) {
    const view = abandonable(ctx);
    // Runs only the limiter: the `next` that it gets does not run later middleware, but records that the request is
    // allowed.
    const asked = await askLimiter(resilience, clock, timeoutMs, () => letsPass(limiter, view.ctx));
    if (!asked.isAway) return asked.answer ? next() : undefined;
    view.abandon();
    if (insurance !== undefined) return insurance(ctx, next);
    if (whenAway === 'closed') throw uncountedError(resilience);
    return next();
  };
}

// Returns a proxy of the context. After `abandon` has been called, method calls and assignments on the proxy have no
// effect, because a limiter that finishes too late must not change a response that another middleware is already
// producing.
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
