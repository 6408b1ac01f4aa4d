import type { Middleware } from 'koa';
import { renderError } from '@redis-resilience/core/http';
import { send } from './context.ts';

/**
 * Answers what a later middleware failed with when it is an error of this library: 503 with problem details that say
 * why, and whether the request may be repeated. Any other error is thrown on. Mount it before the routes.
 *
 * @example
 * app.use(redisErrors());
 */
export function redisErrors(): Middleware {
  return async function redisErrors(ctx, next) {
    try {
      await next();
    } catch (error) {
      const answer = renderError(error);
      if (answer === undefined || ctx.headerSent) throw error;
      send(ctx, answer);
    }
  };
}
