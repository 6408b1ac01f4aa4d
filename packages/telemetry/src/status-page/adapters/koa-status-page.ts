import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkCalled } from '@redis-resilience/core/http';
import type { StatusPageOptions } from '../options.ts';
import { createStatusPage } from '../status-page.ts';

/**
 * The part of Koa's context that the page uses. The type is declared here, so that the types of Koa need not be
 * installed.
 */
export interface StatusPageContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  respond?: boolean;
}

/** A Koa middleware that serves the status page. */
export interface StatusPageMiddleware {
  (context: StatusPageContext, next: () => Promise<unknown>): Promise<unknown> | undefined;
  /**
   * Closes the page as {@link StatusPage.close} does. Must be called before `server.close()`, which waits for open
   * streams.
   */
  close(): void;
}

/**
 * Returns a middleware for Koa that serves the live status page at `/redis-status`. By default, the page has no
 * buttons, and is served only where `NODE_ENV` is `development`.
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
    function redisStatusPage(context: StatusPageContext, next: () => Promise<unknown>) {
      if (!page.handle(context.req, context.res)) return next();
      context.respond = false;
      return undefined;
    },
    { close: () => page.close() },
  );
}
