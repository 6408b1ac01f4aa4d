import { createHash } from 'node:crypto';

/** The part of an Express or Fastify request that decides whether its response may be shared. */
export interface CacheableRequest {
  readonly method: string;
  readonly url: string;
  readonly originalUrl?: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The visitor, if a guard has identified one. */
  readonly user?: unknown;
}

// Words in header names that distinguish or identify visitors: `Cookie`, `Authorization`, `X-Api-Key`,
// `X-Forwarded-User`, `X-Tenant-Id`.
const credentialWords =
  /auth(?!ority)|cookie|token|key|secret|session|sid$|user|email|groups|roles|account|tenant|credential|jwt|oidc|principal|identity|assertion|client-cert|client-dn|client-verify|ssl-client|signature|passw/;
const harmless = /^(sec-|user-agent$|sec-websocket-key$|surrogate-key$|idempotency-key$)/;

// A handler may read these headers without listing them in `Vary`.
const alwaysInKey = [
  'host',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-prefix',
  'accept',
  'accept-language',
];

/**
 * Whether the response may be stored and shared, judging by the request. `varyBy` lists the headers that are part of
 * the key.
 */
export function mayShare({ method, headers, user }: CacheableRequest, varyBy: readonly string[]): boolean {
  if (method !== 'GET' || headers['range'] !== undefined) return false;
  if (user !== undefined && user !== null && varyBy.length === 0) return false;
  return Object.keys(headers).every((name) => varyBy.includes(name) || !isCredentialLike(name));
}

/** The key of a request: host and URL, and a digest of the headers, which may be secret. */
export function keyOfRequest(request: CacheableRequest, varyBy: readonly string[]): string {
  const { host } = request.headers;
  const url = request.originalUrl ?? request.url;
  return `GET ${String(host)}${url} ${digestOf(request, [...alwaysInKey, ...varyBy])}`;
}

/** Digest of the values of these headers in the request. */
export function digestOf({ headers }: CacheableRequest, names: readonly string[]): string {
  const values = names.map((name) => headers[name] ?? null);
  return createHash('sha256').update(JSON.stringify(values)).digest('base64url');
}

// Whether a header of this name identifies the visitor.
function isCredentialLike(name: string): boolean {
  return !harmless.test(name) && credentialWords.test(name);
}
