import { isIP } from 'node:net';
import { UsageError } from '../../usage-error.ts';

/**
 * A request that the drill sends many times, each time with another random number from 1 to 1,000 in place of `{n}` in
 * the URL.
 */
export interface RequestTarget {
  readonly method: string;
  /** The complete URL, with the host and port of the application, unless the user specified others. */
  readonly url: string;
}

/** The address of the application. */
export interface AppAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Parses `[METHOD ]URL`. The URL may be only a path.
 *
 * @throws UsageError for text that is not such a request, and for a host that is neither loopback nor allowed with
 *   --allow-host
 */
export function parseRequestTarget(
  text: string,
  app: AppAddress | undefined,
  allowedHosts: readonly string[],
): RequestTarget {
  const match = /^(?:(GET|POST|PUT|PATCH|DELETE|HEAD)\s+)?(\S+)$/.exec(text.trim());
  const [, method = 'GET', location = ''] = match ?? [];
  const base = `http://${app?.host ?? '127.0.0.1'}:${app?.port ?? 1}`;
  const isPath = location.startsWith('/');
  if (match === null || (!isPath && !/^https?:\/\//.test(location)) || !URL.canParse(location, base)) {
    throw new UsageError(`--url takes a path or an http:// URL, as in /products/{n} or "POST /cart".`);
  }
  const url = new URL(location, base);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!isLoopback(host) && !allowedHosts.includes(host)) {
    throw new UsageError(
      `Requests go to this machine only; name the host with --allow-host ${host} if you mean it.`,
    );
  }
  return { method, url: url.href.replaceAll('%7Bn%7D', '{n}') };
}

/** Returns the URL of one request, with a number in place of `{n}`. */
export function urlOf(target: RequestTarget, random: () => number): string {
  return target.url.replaceAll('{n}', () => String(1 + Math.floor(random() * 1000)));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || (isIP(host) === 4 && host.startsWith('127.')) || host === '::1';
}
