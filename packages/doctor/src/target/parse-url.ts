import { existsSync } from 'node:fs';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { ConfigurationError } from '@redis-resilience/core';
import { shownTarget, type Endpoint, type Login, type WalkTarget } from './walk-target.ts';

/** What a URL cannot say. */
export interface UrlExtras {
  readonly tls?: TlsOptions | undefined;
  readonly role?: 'primary' | 'any' | undefined;
}

const expected =
  'Expected redis://[user:password@]host[:port][/database], rediss://..., unix:///path, ' +
  'redis+sentinel://host:port,host:port/name or redis+cluster://host:port,host:port.';

/**
 * Reads a URL or the path of a unix socket.
 *
 * @throws ConfigurationError for anything else; the text may hold a password and is not shown
 */
export function parseUrl(text: string, extras: UrlExtras = {}): WalkTarget {
  if (text.startsWith('/') || text.startsWith('unix:')) return unixTarget(text, extras);
  if (/^\s|\s$|^["']/.test(text)) {
    throw new ConfigurationError(`The Redis URL begins or ends with a blank or a quote. ${expected}`);
  }
  const match =
    /^(rediss?|sentinels?)(?:\+(sentinel|cluster))?:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i.exec(text);
  if (match === null) throw new ConfigurationError(`The Redis URL is malformed. ${expected}`);
  const [, scheme = '', suffix, authority = '', path = '', query = ''] = match;
  if (path.includes('@')) {
    throw new ConfigurationError('A password in a Redis URL writes / ? # @ : as %2F %3F %23 %40 %3A.');
  }
  const kind = kindOf(scheme, suffix);
  const at = authority.lastIndexOf('@');
  const parameters = new URLSearchParams(query);
  const family = Number(parameters.get('family') ?? 0);
  const secure = /^(rediss|sentinels)$/i.test(scheme);
  const segments = path.split('/').filter((segment) => segment !== '');
  const primaryName = kind === 'sentinel' ? (segments.shift() ?? 'mymaster') : undefined;
  const tls = secure ? { ...extras.tls } : undefined;
  const login = loginOf(at === -1 ? undefined : authority.slice(0, at));
  return finished({
    kind,
    endpoints: hostsOf(authority.slice(at + 1), kind, family),
    tls,
    login: login?.password === undefined ? undefined : { username: login.username, password: login.password },
    database: databaseOf(segments[0] ?? parameters.get('db') ?? undefined),
    role: extras.role ?? 'primary',
    primaryName: primaryName === undefined ? undefined : decode(primaryName),
    sentinelTls: kind === 'sentinel' ? tls : undefined,
    sentinelLogin: loginFrom(parameters.get('sentinelUsername'), parameters.get('sentinelPassword')),
    hasNameOnly: login !== undefined && login.password === undefined,
  });
}

function finished(target: Omit<WalkTarget, 'shown'>): WalkTarget {
  return { ...target, shown: shownTarget(target) };
}

function unixTarget(text: string, extras: UrlExtras): WalkTarget {
  const [path = '', query = ''] = text.replace(/^unix:(?:\/\/(?=\/))?/, '').split('?');
  if (!path.startsWith('/'))
    throw new ConfigurationError(`The path of a unix socket begins with /. ${expected}`);
  const parameters = new URLSearchParams(query);
  const password = parameters.get('password');
  return finished({
    kind: 'standalone',
    endpoints: [{ host: 'localhost', port: 0, path: existsSync(path) ? path : decode(path), family: 0 }],
    tls: undefined,
    login: password === null ? undefined : { username: parameters.get('username') ?? undefined, password },
    database: databaseOf(parameters.get('db') ?? undefined),
    role: extras.role ?? 'primary',
    primaryName: undefined,
    sentinelTls: undefined,
    sentinelLogin: undefined,
    hasNameOnly: false,
  });
}

function kindOf(scheme: string, suffix: string | undefined): WalkTarget['kind'] {
  if (/^sentinel/i.test(scheme) || suffix?.toLowerCase() === 'sentinel') return 'sentinel';
  return suffix === undefined ? 'standalone' : 'cluster';
}

function hostsOf(authority: string, kind: WalkTarget['kind'], family: number): readonly Endpoint[] {
  const hosts = authority.split(',');
  if (hosts.length > 1 && kind === 'standalone') {
    throw new ConfigurationError(`A redis:// URL names one host. ${expected}`);
  }
  const defaultPort = kind === 'sentinel' ? 26_379 : 6379;
  return hosts.map((text) => {
    const match = /^(?:\[([0-9a-f:.%\w]+)\]|([^\s:[\]#"'<>\\^`{|}]*))(?::(\d{1,5}))?$/i.exec(text);
    const port = Number(match?.[3] ?? defaultPort);
    if (match === null || port < 1 || port > 65_535) {
      throw new ConfigurationError(`The host or port of the Redis URL is malformed. ${expected}`);
    }
    const host = match[1] ?? (match[2] || 'localhost');
    return { host: decode(host), port, family: family === 4 || family === 6 ? family : 0 };
  });
}

function loginOf(
  userinfo: string | undefined,
): { username?: string | undefined; password?: string } | undefined {
  if (userinfo === undefined || userinfo === '') return undefined;
  const colon = userinfo.indexOf(':');
  if (colon === -1) return { username: decode(userinfo) };
  const username = decode(userinfo.slice(0, colon)) || undefined;
  const password = decode(userinfo.slice(colon + 1));
  return password === '' ? { username } : { username, password };
}

function databaseOf(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  if (!/^\d{1,9}$/.test(text)) {
    throw new ConfigurationError(`The path of the Redis URL must be the number of a database. ${expected}`);
  }
  return Number(text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Credentials in the shape the walk takes, from options that may hold null. */
export function loginFrom(
  username: string | null | undefined,
  password: string | null | undefined,
): Login | undefined {
  if (password === undefined || password === null || password === '') return undefined;
  return { username: username || undefined, password };
}
