import type { Middleware } from 'koa';
import { checkNoArguments, explainMissingGuard, renderError } from '@redis-resilience/core/http';
import { send } from './context.ts';

/**
 * Turns this library's errors, thrown by a later middleware, into 503 responses with problem details, which say why and
 * whether the request may be repeated; a `ConfigurationError` becomes a 500. Any other error is rethrown, and so is
 * every error once the headers have been sent. Mount it before the routes.
 *
 * @throws {@link ConfigurationError} when it is given an argument
 *
 * @example
 * app.use(redisErrors());
 */
export function redisErrors(): Middleware;
export function redisErrors(...mistaken: readonly unknown[]): Middleware {
  checkNoArguments('redisErrors', mistaken);
  return async function redisErrors(ctx, next) {
    try {
      await next();
    } catch (error) {
      const explained = explainMissingGuard(error, 'ctx', ctx.redisGuard !== undefined);
      if (explained !== error) throw explained;
      const answer = renderError(error);
      if (answer === undefined || ctx.headerSent) throw error;
      send(ctx, answer);
    }
  };
}
