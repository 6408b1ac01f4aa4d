import type { IncomingMessage } from 'node:http';

/**
 * Whether a browser sent this from a page of ours. `required`: a request that does not say where it comes from is
 * foreign; without it only one that says it comes from elsewhere is.
 */
export function isSameOrigin({ headers }: IncomingMessage, required: boolean): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && !(site === 'none' && !required)) return false;
  const { origin, host } = headers;
  if (origin === undefined) return !required;
  // Behind a proxy that ends TLS the scheme differs: the host decides.
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}
