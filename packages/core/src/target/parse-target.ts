import { nearest } from '../options/validate-options.ts';
import { hostAddress, hostAddresses } from './host-addresses.ts';
import type { ParsedTarget, TargetLogin } from './parsed-target.ts';
import { decodePart, refuseUnescaped, refuseUrl } from './refuse-url.ts';
import { databaseNumber, urlParameters, type UrlParameters } from './url-parameters.ts';
import { urlLogin, loginFromParameters } from './url-login.ts';

/**
 * Parses a Redis URL, or the path of a unix socket, into plain data. `createRedisResilience`, `REDIS_URL` and the
 * doctor package all use this function. The schemes are `redis`, `rediss` (TLS), `unix`, `redis+sentinel`,
 * `rediss+sentinel`, `redis+cluster` and `rediss+cluster`; `valkey` may take the place of `redis`. A path without a
 * scheme ends at its first `?`, and may contain percent signs; percent escapes are decoded only in a URL. Whitespace
 * around the text is ignored, because a secret that was read from a file often ends with a line break.
 *
 * @throws ConfigurationError for any other text; the error contains no part of the text, which may contain a password
 * @example
 * const target = parseTarget('redis://:secret@localhost/2');
 * if (target.kind === 'server') target.database; // 2
 */
export function parseTarget(given: string): ParsedTarget {
  const text = given.trim();
  checkCharacters(text);
  if (/^\/(?!\/)/.test(text)) return barePath(text);
  const { scheme, authority, path, query } = partsOf(text);
  const kind = schemes[scheme];
  const isEarlyEnd = /^[^=]*@/.test(query) || (kind !== 'socket' && path.includes('@'));
  if (isEarlyEnd || hasSeveralLogins(kind, authority)) return refuseUnescaped();
  const parameters = urlParameters(query, kind);
  const at = authority.lastIndexOf('@') + 1;
  const login = urlLogin(authority.slice(0, Math.max(0, at - 1)), parameters);
  const hosts = authority.slice(at);
  const isTls = scheme.startsWith('rediss');
  if (kind !== 'socket') return networkTarget(kind, { isTls, hosts, path, login, parameters });
  if (hosts !== '' || path.length < 2) return refuseUrl('has no absolute path to a unix socket');
  return socketTarget(decodePart(path), login, parameters);
}

/** The kind of target for each scheme. */
const schemes = {
  redis: 'server',
  rediss: 'server',
  unix: 'socket',
  'redis+sentinel': 'sentinel',
  'rediss+sentinel': 'sentinel',
  'redis+cluster': 'cluster',
  'rediss+cluster': 'cluster',
} as const;

type Scheme = keyof typeof schemes;

/** Schemes of other libraries and tools, with the scheme to write instead. */
const otherSchemes: ReadonlyMap<string, Scheme> = new Map([
  ['http', 'redis'],
  ['https', 'rediss'],
  ['redis+socket', 'unix'],
  ['redis+unix', 'unix'],
  ['redis-socket', 'unix'],
  ['tcp', 'redis'],
]);

/**
 * Returns whether each host may have a login of its own. A URL with one host ends its login at the last `@`, as ioredis
 * and browsers do, so that a password may contain the character.
 */
function hasSeveralLogins(kind: ParsedTarget['kind'], authority: string): boolean {
  return (kind === 'server' ? /@.*,[^,@]*:[^@]*@/ : /@.*@/).test(authority);
}

function checkCharacters(text: string): void {
  if (text === '') refuseUrl('is empty');
  if (/^["'`“‘]|["'`”’]$/.test(text)) refuseUrl('begins or ends with a quote');
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)) refuseUrl('contains a control character or an invisible one');
}

function barePath(text: string): ParsedTarget {
  const mark = text.indexOf('?');
  const path = mark === -1 ? text : text.slice(0, mark);
  const parameters = urlParameters(mark === -1 ? '' : text.slice(mark + 1), 'socket');
  return socketTarget(path, urlLogin('', parameters), parameters);
}

function partsOf(text: string): { scheme: Scheme; authority: string; path: string; query: string } {
  const url = text.replace(/^unix:(?=\/(?!\/))/i, 'unix://');
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?(#)?/i.exec(url);
  if (match === null) {
    return refuseUrl(/^[\w.-]+:\d+/.test(text) ? 'has no scheme; write redis:// before it' : 'has no scheme');
  }
  const [, name = '', authority = '', path = '', query = '', hash] = match;
  const scheme = name.toLowerCase().replace(/^valkey/, 'redis');
  if (!isScheme(scheme)) return refuseScheme(scheme);
  if (hash !== undefined) return refuseUnescaped();
  if (/\s/.test(text)) return refuseUrl('contains whitespace; write a space as %20');
  return { scheme, authority, path, query };
}

function isScheme(name: string): name is Scheme {
  return Object.hasOwn(schemes, name);
}

function refuseScheme(name: string): never {
  const suggestion = otherSchemes.get(name) ?? nearest(name, Object.keys(schemes));
  return refuseUrl(
    `has an unknown scheme${suggestion === undefined ? '' : ` (did you mean ${suggestion}://?)`}`,
  );
}

function socketTarget(path: string, login: TargetLogin | undefined, parameters: UrlParameters): ParsedTarget {
  return { kind: 'socket', path, database: parameters.db ?? 0, ...common(login, parameters) };
}

interface NetworkParts {
  readonly isTls: boolean;
  readonly hosts: string;
  readonly path: string;
  readonly login: TargetLogin | undefined;
  readonly parameters: UrlParameters;
}

function networkTarget(kind: 'server' | 'sentinel' | 'cluster', parts: NetworkParts): ParsedTarget {
  const { hosts, login, parameters } = parts;
  const isTls = parameters.tls ?? parts.isTls;
  if (parts.isTls && !isTls) return refuseUrl('has a scheme with TLS but the parameter tls=false');
  const shared = { isTls, ...common(login, parameters) };
  const { family = 0 } = parameters;
  const segments = segmentsOf(parts.path);
  if (kind === 'server') {
    if (hosts.includes(',')) return refuseUrl('has several hosts, but its scheme takes only one');
    const database = databaseOf(segments, parameters);
    return { kind, ...hostAddress(hosts, 6379), family, database, ...shared };
  }
  if (kind === 'cluster') {
    if (databaseOf(segments, parameters) !== 0)
      return refuseUrl('has a database, but a Cluster has only database 0');
    return { kind, nodes: hostAddresses(hosts, 6379), ...shared };
  }
  const [name, ...rest] = segments;
  if (name === undefined) return refuseUrl('does not name the primary that the sentinels watch');
  return {
    kind,
    sentinels: hostAddresses(hosts, 26_379),
    primaryName: decodePart(name),
    sentinelLogin: loginFromParameters(parameters, 'sentinelUsername', 'sentinelPassword'),
    family,
    database: databaseOf(rest, parameters),
    ...shared,
  };
}

function common(login: TargetLogin | undefined, { connectionName, keyPrefix, protocol }: UrlParameters) {
  return { login, connectionName, keyPrefix, protocol };
}

function segmentsOf(path: string): readonly string[] {
  const segments = path.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  return segments.includes('') ? refuseUrl('has an empty part in its path') : segments;
}

function databaseOf(segments: readonly string[], { db }: UrlParameters): number {
  const [first, ...others] = segments;
  if (others.length > 0) return refuseUrl('has more than a database in its path');
  if (first === undefined) return db ?? 0;
  return db === undefined ? databaseNumber(first) : refuseUrl('names its database twice');
}
