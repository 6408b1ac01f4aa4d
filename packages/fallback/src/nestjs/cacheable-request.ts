import { createHash } from 'node:crypto';

/** The part of a request of Express and of Fastify that decides whether its answer may be shared. */
export interface CacheableRequest {
  readonly method: string;
  readonly url: string;
  readonly originalUrl?: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What guards set when they know the visitor. */
  readonly user?: unknown;
}

// They tell visitors apart, or name one: `Cookie`, `Authorization`, `X-Api-Key`, `X-Forwarded-User`, `X-Tenant-Id`.
const credentialWords =
  /auth(?!ority)|cookie|token|key|secret|session|sid$|user|email|groups|roles|account|tenant|credential|jwt|oidc|principal|identity|assertion|client-cert|client-dn|client-verify|ssl-client|signature|passw/;
const harmless = /^(sec-|user-agent$|sec-websocket-key$|surrogate-key$|idempotency-key$)/;

// A handler may look at these without saying so in `Vary`.
const alwaysInKey = [
  'host',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-prefix',
  'accept',
  'accept-language',
];

/** Whether the answer may be kept and shared, as far as the request tells. `varyBy` has the headers in the key. */
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

/** A digest of the values that these headers have in the request. */
export function digestOf({ headers }: CacheableRequest, names: readonly string[]): string {
  const values = names.map((name) => headers[name] ?? null);
  return createHash('sha256').update(JSON.stringify(values)).digest('base64url');
}

// Whether a header of this name identifies the visitor.
function isCredentialLike(name: string): boolean {
  return !harmless.test(name) && credentialWords.test(name);
}
