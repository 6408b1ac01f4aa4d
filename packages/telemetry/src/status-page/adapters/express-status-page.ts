import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StatusPageOptions } from '../options.ts';
import { createStatusPage } from '../status-page.ts';

/** An Express middleware; `close` ends the open pages. */
export interface StatusPageMiddleware {
  (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void;
  /** Ends all open streams, so that `server.close()` need not wait for them. */
  close(): void;
}

/**
 * The live status page for Express 4 and 5, at `/redis-status`. Read-only, and off in production, unless asked for.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
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
