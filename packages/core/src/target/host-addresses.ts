import { isIPv6 } from 'node:net';
import type { HostAddress } from './parsed-target.ts';
import { decodePart, refuseUrl } from './refuse-url.ts';

/** Reads `host:port`. The host defaults to localhost, the port to `defaultPort`, also after a colon. */
export function hostAddress(text: string, defaultPort: number): HostAddress {
  const match = /^(?:\[([^[\]]*)\]|([^\s:[\]"'<>\\^`{|}]*))(?::(\d{1,5})?)?$/.exec(text);
  if (match === null) return refuseUrl('has a malformed host or port');
  const [, literal, name, digits] = match;
  const port = digits === undefined ? defaultPort : Number(digits);
  if (port < 1 || port > 65_535) return refuseUrl('has a port outside 1 to 65535');
  if (literal === undefined) return { host: decodePart(name ?? '') || 'localhost', port };
  const host = decodePart(literal);
  return isIPv6(host) ? { host, port } : refuseUrl('has brackets that do not hold an IPv6 address');
}

/** Reads `host:port,host:port`. */
export function hostAddresses(text: string, defaultPort: number): readonly HostAddress[] {
  const parts = text.split(',');
  if (parts.length > 1 && parts.includes('')) return refuseUrl('has an empty entry in its list of hosts');
  return parts.map((part) => hostAddress(part, defaultPort));
}
