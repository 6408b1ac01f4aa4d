import { checkNoArguments, explainMissingGuard, renderError } from '@redis-resilience/core/http';
import { send, type ErrorMiddleware } from './middleware.ts';
import { refuseAtMount } from './refuse-at-mount.ts';

/**
 * Turns this library's errors into 503 responses, and a `ConfigurationError` into a 500. The bodies are problem details
 * (RFC 9457), which say why the request failed and whether it may be repeated. An error that is not of this library
 * goes to the next error handler; so does every error after the headers of the response were sent. Mount
 * `redisErrors()` after the routes.
 *
 * @throws {@link ConfigurationError} when `redisErrors()` is called with an argument
 *
 * @example
 * app.use(redisErrors());
 */
export function redisErrors(): ErrorMiddleware;
export function redisErrors(...mistaken: readonly unknown[]): ErrorMiddleware {
  checkNoArguments('redisErrors', mistaken);
  return function redisErrors(error, req, res, next) {
    const explained = explainMissingGuard(error, 'req', req.redisGuard !== undefined);
    if (explained !== error) return next(explained);
    const answer = renderError(error);
    if (answer === undefined || res.headersSent) return next(error);
    send(res, answer);
  };
}

refuseAtMount(redisErrors);
