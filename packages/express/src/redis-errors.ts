import { renderError } from '@redis-resilience/core/http';
import { send, type ErrorMiddleware } from './middleware.ts';

/**
 * Answers errors of this library with 503 and problem details, which say why and whether the request may be repeated; a
 * `ConfigurationError` with 500. Any other error goes to the next error handler, and so does every error once the
 * headers are sent. Mount it after the routes.
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
