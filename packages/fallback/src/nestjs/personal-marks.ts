import type { CacheableRequest } from './cacheable-request.ts';

/**
 * What the visitor's session holds, as text; '' without a session. If a handler changes it, its response was made for
 * this visitor: a session library sets the cookie only when the response is sent.
 */
export function sessionTextOf(request: CacheableRequest): string | undefined {
  try {
    const { session } = request;
    if (typeof session !== 'object' || session === null) return '';
    // The cookie's own expiry may move with the clock.
    const { cookie: _, ...content } = session as Readonly<Record<string, unknown>>;
    return JSON.stringify(content);
  } catch {
    return undefined;
  }
}

/** Whether a response will get a cookie: `@fastify/cookie` keeps those of `setCookie` until the response is sent. */
export function hasPendingCookies(response: object): boolean {
  return Object.getOwnPropertySymbols(response).some((symbol) => {
    if (symbol.description !== 'fastify.reply.setCookies') return false;
    const cookies = (response as Readonly<Record<symbol, unknown>>)[symbol];
    return cookies instanceof Map && cookies.size > 0;
  });
}
