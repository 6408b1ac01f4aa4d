import type { CacheableRequest } from './cacheable-request.ts';

/**
 * Returns the content of the visitor's session as JSON, '' if there is no session, and undefined if JSON cannot
 * represent the content. If a handler changes the content of the session, its response is personal. The session cookie
 * does not show the change in time, because a session library sets the cookie only when the response is sent.
 */
export function sessionTextOf(request: CacheableRequest): string | undefined {
  try {
    const { session } = request;
    if (typeof session !== 'object' || session === null) return '';
    // The session's field `cookie` is left out, because its expiry may change from one moment to the next.
    const { cookie: _, ...content } = session as Readonly<Record<string, unknown>>;
    return JSON.stringify(content);
  } catch {
    return undefined;
  }
}

/**
 * Whether the response will get a cookie that is not in its headers yet: `@fastify/cookie` adds the cookies of
 * `setCookie` only when the response is sent.
 */
export function hasPendingCookies(response: object): boolean {
  return Object.getOwnPropertySymbols(response).some((symbol) => {
    if (symbol.description !== 'fastify.reply.setCookies') return false;
    const cookies = (response as Readonly<Record<symbol, unknown>>)[symbol];
    return cookies instanceof Map && cookies.size > 0;
  });
}
