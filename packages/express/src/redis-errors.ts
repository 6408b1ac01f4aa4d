import { renderError } from '@redis-resilience/core/http';
import { send, type ErrorMiddleware } from './middleware.ts';

/**
 * Answers what a handler failed with when it is an error of this library: 503 with problem details that say why, and
 * whether the request may be repeated. Any other error goes on to the next error handler. Mount it after the routes.
 *
 * @example
 * app.use(redisErrors());
 */
export function redisErrors(): ErrorMiddleware {
  return function redisErrors(error, _req, res, next) {
    const answer = renderError(error);
    if (answer === undefined || res.headersSent) return next(error);
    send(res, answer);
  };
}
