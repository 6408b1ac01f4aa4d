import { createHash } from 'node:crypto';

/**
 * The socket of a request. `authorized` is true if the visitor has presented a client certificate that was accepted.
 */
interface ConnectionOfVisitor {
  readonly authorized?: boolean;
}

/** The part of an Express or Fastify request that decides whether the response may be shared. */
export interface CacheableRequest {
  readonly method: string;
  readonly url: string;
  readonly originalUrl?: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The visitor, if a guard has identified one. */
  readonly user?: unknown;
  /** The visitor's session, if the application has sessions. */
  readonly session?: unknown;
  readonly socket?: ConnectionOfVisitor;
  /** Node's own request object, which Fastify passes in `raw`. */
  readonly raw?: { readonly socket?: ConnectionOfVisitor };
}

// Words in the names of headers that identify a visitor or a group of visitors, for example `Cookie`, `Authorization`,
// `X-Api-Key`, `X-Forwarded-User` and `X-Tenant-Id`.
const credentialWords = new RegExp(
  [
    'auth(?!ority)|cookie|token|key|secret|session|sid$|jwt|oidc|saml|sso|bearer|otp|csrf|xsrf|dpop|signature|passw',
    'credential|assertion|client-?cert|client-dn|client-verify|ssl-client|claims|permission|entitlement',
    'user|email|groups|account|tenant|principal|identity|customer|member|login|subject|consumer|workspace',
    'on-behalf|impersonat|organi[sz]ation|(^|-)(roles?|actor|uid|org-id)(-|$)',
  ].join('|'),
);
const harmlessSecrets = /^(sec-|user-agent$|sec-websocket-key$|surrogate-key$|idempotency-key$)/;

// Headers that describe the transport, the browser or the single request, for example a trace id, are left out of the
// key: with them, nearly every request would have a different key. If the response of a handler depends on one of these
// headers, the handler must list the header in `Vary`.
const incidental = new RegExp(
  [
    '^(accept-encoding|connection|keep-alive|te|trailer|upgrade|upgrade-insecure-requests|expect|priority|dnt)$',
    '^(user-agent|referer|cache-control|pragma|purpose|save-data|date|via|max-forwards|content-length)$',
    '^(if-(match|none-match|modified-since|unmodified-since|range)|sec-(gpc|purpose|(ch|fetch)-.*))$',
    '^(x-forwarded-for|x-real-ip|(x|true|cf|fastly|fly)-(connecting|client|cluster-client)-ip|cf-ray|cf-visitor)$',
    '^(cdn-loop|x-request-start|x-queue-start|baggage|b3|newrelic|x-arr-(log-id|ssl)|x-amz-cf-(id|pop))$',
    '^x-b3-(traceid|spanid|parentspanid|sampled|flags)$',
    '^x-datadog-(trace-id|parent-id|sampling-priority|origin|tags)$',
    '^x-envoy-(attempt-count|decorator-operation|expected-rq-timeout-ms|external-address|internal|peer-metadata.*)$',
    '^(traceparent|tracestate|(x|sentry|uber|x-amzn|x-cloud|x-ot-span|google-cloud)-trace(-id|-context)?)$',
    '(^|-)(request|correlation|span|trace|transaction)-?id$',
  ].join('|'),
);

/**
 * Whether the request allows its response to be stored and shared. If a header identifies the visitor, the response may
 * be shared only if `varyBy` lists the header, so that its value is part of the key.
 */
export function mayShare(request: CacheableRequest, varyBy: readonly string[]): boolean {
  const { method, headers } = request;
  if (method !== 'GET' || headers['range'] !== undefined || hasBody(request)) return false;
  const identifying = Object.keys(headers).filter(isCredentialLike);
  if (identifying.some((name) => !varyBy.includes(name))) return false;
  // If a guard has set `user`, the response may be shared only if the request has identifying headers: the guard got
  // the user from these headers, and they are part of the key.
  return !hasClientCertificate(request) && (identifying.length > 0 || !hasUser(request));
}

/**
 * Returns the key of a request: host, URL, and a digest of the headers, because these may be secret. All headers except
 * those that `incidental` matches are part of the digest, because a handler may read any header without listing it in
 * `Vary`.
 */
export function keyOfRequest(request: CacheableRequest, varyBy: readonly string[]): string {
  const { headers } = request;
  const url = request.originalUrl ?? request.url;
  const names = Object.keys(headers).filter((name) => !incidental.test(name) && !varyBy.includes(name));
  return `GET ${String(headers['host'])}${url} ${digestOf(request, [...names.toSorted(), ...varyBy])}`;
}

/** Returns a digest of the values that these headers have in the request. */
export function digestOf({ headers }: CacheableRequest, names: readonly string[]): string {
  const pairs = names.map((name) => [name, headers[name] ?? null]);
  return createHash('sha256').update(JSON.stringify(pairs)).digest('base64url');
}

// Whether the name of a header suggests that the header identifies the visitor.
function isCredentialLike(name: string): boolean {
  return !harmlessSecrets.test(name) && credentialWords.test(name);
}

function hasUser({ user }: CacheableRequest): boolean {
  return user !== undefined && user !== null;
}

// Whether the visitor has an accepted client certificate, which identifies the visitor independently of all headers.
function hasClientCertificate({ socket, raw }: CacheableRequest): boolean {
  return (socket ?? raw?.socket)?.authorized === true;
}

// Whether a GET request has a body. A response may depend on the body, which is not part of the key.
function hasBody({ headers }: CacheableRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}
