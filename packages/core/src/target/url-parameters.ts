import { nearest } from '../options/validate-options.ts';
import type { ParsedTarget } from './parsed-target.ts';
import { decodePart, refuseUrl } from './refuse-url.ts';

/** The parameters that may follow the question mark of a Redis URL. */
export interface UrlParameters {
  readonly db?: number;
  readonly family?: 0 | 4 | 6;
  readonly tls?: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  readonly connectionName?: string;
  readonly keyPrefix?: string;
  readonly protocol?: 2 | 3;
}

type Name = keyof UrlParameters;
type Kind = ParsedTarget['kind'];

/** Reads the parameters of a URL. Rejects unknown parameters, and those that do not apply to this kind of target. */
export function urlParameters(query: string, kind: Kind): UrlParameters {
  const found: Partial<Record<Name, unknown>> = {};
  for (const part of query === '' ? [] : query.split('&')) {
    const equals = part.indexOf('=');
    const name = equals === -1 ? part : part.slice(0, equals);
    const text = equals === -1 ? '' : part.slice(equals + 1);
    if (!isName(name)) return refuseName(name);
    if (!kinds[name].includes(kind))
      return refuseUrl(`has the parameter ${name}, which does not apply to it`);
    if (Object.hasOwn(found, name)) return refuseUrl(`has the parameter ${name} twice`);
    if (text === '') return refuseUrl(`has the parameter ${name} without a value`);
    // A plus is ambiguous: it means a space in form encoding, but a plus in a URL.
    if (text.includes('+')) return refuseUrl(`has a + in the parameter ${name}; write it as %2B`);
    found[name] = readers[name](decodePart(text), name);
  }
  return found as UrlParameters;
}

/** Reads a database number. */
export function databaseNumber(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : refuseUrl('has a database that is not a whole number');
}

const everywhere: readonly Kind[] = ['server', 'socket', 'sentinel', 'cluster'];
const kinds: Readonly<Record<Name, readonly Kind[]>> = {
  db: everywhere,
  family: ['server', 'sentinel'],
  tls: ['server', 'sentinel', 'cluster'],
  username: everywhere,
  password: everywhere,
  sentinelUsername: ['sentinel'],
  sentinelPassword: ['sentinel'],
  connectionName: everywhere,
  keyPrefix: everywhere,
  protocol: everywhere,
};

const readers: Readonly<Record<Name, (text: string, name: string) => unknown>> = {
  db: databaseNumber,
  family: (text, name) => Number(oneOf(text, name, ['0', '4', '6'])),
  tls: (text, name) => oneOf(text, name, ['true', 'false']) === 'true',
  username: (text) => text,
  password: (text) => text,
  sentinelUsername: (text) => text,
  sentinelPassword: (text) => text,
  connectionName: (text) => text,
  keyPrefix: (text) => text,
  protocol: (text, name) => Number(oneOf(text, name, ['2', '3'])),
};

function isName(text: string): text is Name {
  return Object.hasOwn(kinds, text);
}

// The unknown name may be part of a password, so the error shows only the nearest known name.
function refuseName(typed: string): never {
  const names = Object.keys(kinds);
  const suggestion = nearest(typed, names);
  const hint = suggestion === undefined ? '' : ` (did you mean ${suggestion}?)`;
  return refuseUrl(
    `has an unknown parameter${hint}; it may have ${names.join(', ')}, and other options of ioredis go into an ` +
      'object in place of the URL',
  );
}

function oneOf(text: string, name: string, allowed: readonly string[]): string {
  if (allowed.includes(text)) return text;
  return refuseUrl(`has a parameter ${name} that is not one of ${allowed.join(', ')}`);
}
