import type { IncomingMessage } from 'node:http';

/**
 * Whether a request comes from a page of the same origin. A request without the header `Origin` counts as coming from
 * the same origin, unless `originRequired` is true or the header `Sec-Fetch-Site` says otherwise.
 */
export function isSameOrigin({ headers }: IncomingMessage, originRequired: boolean): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && !(site === 'none' && !originRequired)) return false;
  const { origin, host } = headers;
  if (origin === undefined) return !originRequired;
  // Accepts both schemes, because behind a proxy that terminates TLS, this server cannot tell which one the browser
  // uses.
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
