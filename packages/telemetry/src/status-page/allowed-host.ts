import { isIP } from 'node:net';

/**
 * Whether the `Host` of a request is a name of this application: one of `hosts`, `localhost` or an address. A name that a
 * stranger made lead here would make the stranger's page one of the same origin; an address cannot be made to.
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
