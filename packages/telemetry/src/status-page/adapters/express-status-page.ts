import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StatusPageOptions } from '../options.ts';
import { createStatusPage } from '../status-page.ts';

/** An Express middleware that serves the status page. */
export interface StatusPageMiddleware {
  (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /** Closes the page as {@link StatusPage.close} does. Without it, `server.close()` waits for the open streams. */
  close(): void;
}

/**
 * The live status page for Express 4 and 5, at `/redis-status`. By default it is read-only, and off outside
 * development.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 *
 * @example
 * app.use(redisStatusPage({ resilience }));
 */
export function redisStatusPage(options: StatusPageOptions = {}): StatusPageMiddleware {
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
