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
  /** The header names in its `Vary`. */
  readonly vary: readonly string[];
  readonly mayBeStale: boolean;
}

/** Whether a response may be stored and shared, and for how long if it says so itself. */
export type AnswerVerdict =
  /** `instanceOf` is the class of an instance in the body, if that is the reason. */
  | { readonly mayShare: false; readonly instanceOf?: string }
  | { readonly mayShare: true; readonly answer: CacheableAnswer; readonly maxAgeMs: number | undefined };

const isExplicit = /\b(s-maxage|max-age|no-cache)\b/i;
const notOurs = [
  'connection content-length date keep-alive proxy-authenticate proxy-authentication-info proxy-authorization',
  'te trailer transfer-encoding upgrade x-cache',
].flatMap((names) => names.split(' '));

/**
 * Judges a response by the rules of RFC 9111 for a shared cache. `before` is the head of the response when the handler
 * began. A response with an explicitly set status, a cookie, or a body that is not plain data is never shared.
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
  // A request that has an `Authorization` header is judged here only if the header is part of the key, so it does not
  // prevent sharing.
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

// The directives of a response in lower case, because the names of directives are case-insensitive. The headers for
// CDNs and `Pragma`, which old software sends, count too. If a directive is repeated, the first one counts.
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
