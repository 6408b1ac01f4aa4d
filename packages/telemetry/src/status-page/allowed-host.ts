import { isIP } from 'node:net';

/**
 * Whether the `Host` of a request is one of `hosts`, `localhost` or an IP address. Any other name may belong to an
 * attacker who makes it resolve to this application (DNS rebinding). After DNS rebinding, the browser would treat the
 * attacker's page as a page of this application.
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
