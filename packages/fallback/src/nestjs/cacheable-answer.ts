import CachePolicy from 'http-cache-semantics';
import type { CacheableRequest } from './cacheable-request.ts';
import { kindOfBody } from './plain-data.ts';

export type Headers = Readonly<Record<string, string | string[]>>;

/** Status and headers of a response. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Headers;
}

/** A handler's response, as it is stored. */
export interface CacheableAnswer {
  readonly body: unknown;
  /** The headers that the handler set explicitly. */
  readonly headers: Headers;
  /** The names that the response's header `Vary` lists, in lower case. */
  readonly vary: readonly string[];
  readonly mayBeStale: boolean;
}

/**
 * Whether a response may be stored and shared. `maxAgeMs`: how long the response may be stored, if its headers limit
 * that time.
 */
export type AnswerVerdict =
  /** `instanceOf`: the name of a class, if the response must not be shared because its body contains an instance. */
  | { readonly mayShare: false; readonly instanceOf?: string }
  | { readonly mayShare: true; readonly answer: CacheableAnswer; readonly maxAgeMs: number | undefined };

const isExplicit = /\b(s-maxage|max-age|no-cache)\b/i;
const notOurs = [
  'connection content-length date keep-alive proxy-authenticate proxy-authentication-info proxy-authorization',
  'te trailer transfer-encoding upgrade x-cache',
].flatMap((names) => names.split(' '));

/**
 * Decides by the rules of RFC 9111 for a shared cache whether a response may be stored and shared. `before` and `after`
 * are the status and headers of the response before and after the handler ran. A response with a status other than 200,
 * a cookie, or a body that is not plain data is never shared.
 */
export function judgeAnswer(
  request: CacheableRequest,
  before: ResponseHead,
  after: ResponseHead,
  body: unknown,
): AnswerVerdict {
  const refused = { mayShare: false } as const;
  if (after.status !== 200 || before.status !== 200) return refused;
  if (after.headers['set-cookie'] !== undefined) return refused;
  const kind = kindOfBody(body);
  if (kind.kind !== 'plain')
    return kind.kind === 'instance' ? { ...refused, instanceOf: kind.className } : refused;
  const vary = namesIn(after.headers['vary']);
  if (vary.includes('*')) return refused;
  // RFC 9111 forbids sharing the response to a request with the header `Authorization`, so `CachePolicy` does not get
  // this header. Hiding the header is safe, because its value is part of the key, or the option `keyOf` has accepted
  // the request.
  const { authorization: _, ...others } = request.headers;
  const control = controlOf(after.headers);
  const policy = new CachePolicy(
    { method: 'GET', url: request.url, headers: others },
    { status: after.status, headers: { ...joined(after.headers), 'cache-control': control } },
    { shared: true },
  );
  if (!policy.storable()) return refused;
  const says = isExplicit.test(control) || after.headers['expires'] !== undefined;
  const maxAgeMs = says ? policy.timeToLive() : undefined;
  if (maxAgeMs === 0) return refused;
  const answer: CacheableAnswer = {
    body,
    headers: changedIn(before.headers, after.headers, [...notOurs, ...namesIn(after.headers['connection'])]),
    vary,
    mayBeStale: !/\b(must-revalidate|proxy-revalidate|s-maxage)\b/i.test(control),
  };
  return { mayShare: true, answer, maxAgeMs };
}

// Returns the cache directives of a response, from `Cache-Control`, from the headers for CDNs, and from `Pragma`, which
// old software sends. The directives are in lower case, because their names are case-insensitive. If a directive is
// repeated, the first one counts.
function controlOf(headers: Headers): string {
  const said = ['cache-control', 'cdn-cache-control', 'surrogate-control', 'pragma'].flatMap(
    (name) => headers[name] ?? [],
  );
  const names = new Set<string>();
  const firsts = said
    .join(',')
    .toLowerCase()
    .split(',')
    .filter((directive) => {
      const [name = ''] = directive.split('=').map((each) => each.trim());
      return !names.has(name) && names.add(name);
    });
  return firsts.join(',');
}

function namesIn(listed: string | string[] | undefined): string[] {
  const names = String(listed ?? '').toLowerCase();
  return names.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
}

function joined(headers: Headers): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function changedIn(before: Headers, after: Headers, without: readonly string[]): Headers {
  return Object.fromEntries(
    Object.entries(after).filter(
      ([name, value]) => !without.includes(name) && String(before[name]) !== String(value),
    ),
  );
}
