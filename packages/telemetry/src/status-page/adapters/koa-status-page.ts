import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StatusPageOptions } from '../options.ts';
import { createStatusPage } from '../status-page.ts';

/** What the page needs of Koa's context: no types of Koa are needed for it. */
export interface StatusPageContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  respond?: boolean;
}

/** A Koa middleware; `close` ends the open pages. */
export interface StatusPageMiddleware {
  (context: StatusPageContext, next: () => Promise<unknown>): Promise<unknown> | undefined;
  /** Ends all open streams, so that `server.close()` need not wait for them. */
  close(): void;
}

/**
 * The live status page for Koa, at `/redis-status`. Read-only, and off in production, unless asked for.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
 *
 * @example
 * app.use(redisStatusPage({ resilience }));
 */
export function redisStatusPage(options: StatusPageOptions = {}): StatusPageMiddleware {
  const page = createStatusPage(options, 'redisStatusPage');
  return Object.assign(
    function redisStatusPage(context: StatusPageContext, next: () => Promise<unknown>) {
      if (!page.handle(context.req, context.res)) return next();
      context.respond = false;
      return undefined;
    },
    { close: () => page.close() },
  );
}
