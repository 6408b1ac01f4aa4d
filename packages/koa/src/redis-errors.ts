import type { Middleware } from 'koa';
import { checkNoArguments, explainMissingGuard, renderError } from '@redis-resilience/core/http';
import { send } from './context.ts';

/**
 * Turns this library's errors, if a later middleware throws them, into 503 responses, and a `ConfigurationError` into a
 * 500. The bodies are problem details (RFC 9457), which say why the request failed and whether it may be repeated. An
 * error that is not of this library is rethrown; so is every error after the headers of the response were sent. Mount
 * `redisErrors()` before the routes.
 *
 * @throws {@link ConfigurationError} when `redisErrors()` is called with an argument
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
