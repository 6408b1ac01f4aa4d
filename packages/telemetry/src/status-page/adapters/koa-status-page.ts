import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StatusPageOptions } from '../options.ts';
import { createStatusPage } from '../status-page.ts';

/** The part of Koa's context that the page uses, so that this entry point does not need Koa's types. */
export interface StatusPageContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  respond?: boolean;
}

/** A Koa middleware that serves the status page. */
export interface StatusPageMiddleware {
  (context: StatusPageContext, next: () => Promise<unknown>): Promise<unknown> | undefined;
  /** Closes the page as {@link StatusPage.close} does. Without it, `server.close()` waits for the open streams. */
  close(): void;
}

/**
 * The live status page for Koa, at `/redis-status`. By default it is read-only, and off outside development.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
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
