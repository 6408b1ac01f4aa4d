import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkCalled } from '@redis-resilience/core/http';
import type { StatusPageOptions } from '../options.ts';
import { createStatusPage } from '../status-page.ts';

/** An Express middleware that serves the status page. */
export interface StatusPageMiddleware {
  (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /**
   * Closes the page as {@link StatusPage.close} does. Must be called before `server.close()`, which waits for open
   * streams.
   */
  close(): void;
}

/**
 * Returns a middleware for Express 4 and 5 that serves the live status page at `/redis-status`. By default, the page
 * has no buttons, and is served only where `NODE_ENV` is `development`.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 *
 * @example
 * app.use(redisStatusPage({ resilience }));
 */
export function redisStatusPage(options: StatusPageOptions = {}): StatusPageMiddleware {
  checkCalled('redisStatusPage', options);
  const page = createStatusPage(options, 'redisStatusPage');
  return Object.assign(
    function redisStatusPage(
      request: IncomingMessage,
      response: ServerResponse,
      next: (error?: unknown) => void,
    ): void {
      if (!page.handle(request, response)) next();
    },
    { close: () => page.close() },
  );
}
