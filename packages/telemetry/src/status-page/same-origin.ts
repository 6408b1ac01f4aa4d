import type { IncomingMessage } from 'node:http';

/**
 * Whether a request comes from a page of this origin. A request without an `Origin` header counts as coming from one,
 * unless `originRequired` is true or the header `Sec-Fetch-Site` names another site.
 */
export function isSameOrigin({ headers }: IncomingMessage, originRequired: boolean): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && !(site === 'none' && !originRequired)) return false;
  const { origin, host } = headers;
  if (origin === undefined) return !originRequired;
  // Only the host is compared: behind a proxy that terminates TLS, the scheme differs.
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
