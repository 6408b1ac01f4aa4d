import { isIP } from 'node:net';

/**
 * Whether a request's `Host` is a name of this application: one of `hosts`, `localhost` or an IP address. If an
 * attacker pointed another name at this application, the attacker's page would share its origin; that cannot happen
 * with an address.
 */
export function isAllowedHost(host: string | undefined, hosts: readonly string[]): boolean {
  const name = nameOf(host ?? '').toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return isIP(name) !== 0 || hosts.some((each) => each.toLowerCase() === name);
}

function nameOf(host: string): string {
  const literal = /^\[([^\]]*)\](:\d+)?$/.exec(host)?.[1];
  return literal ?? host.replace(/:\d+$/, '');
}
