import type { AbstractHttpAdapter } from '@nestjs/core';
import type { LRUCache } from 'lru-cache';
import type { Cache, CacheAnswer } from '../cache/cache.ts';
import type { LoadContext } from '../cache/single-flight.ts';
import { judgeAnswer, type Headers, type ResponseHead, type CacheableAnswer } from './cacheable-answer.ts';
import { digestOf, type CacheableRequest } from './cacheable-request.ts';
import type { InstanceNotice } from './instance-notice.ts';
import { hasPendingCookies, sessionTextOf } from './personal-marks.ts';

/** The part of a response that Express and Fastify have in common. */
export interface NestResponse {
  readonly statusCode: number;
  getHeaders(): Readonly<Record<string, number | string | string[] | undefined>>;
}

/** The objects and options with which a {@link CachedVisit} serves its request. */
export interface VisitParts {
  readonly cache: Cache;
  readonly adapter: AbstractHttpAdapter;
  /** Keys whose last response must not be shared. */
  readonly unshared: LRUCache<string, true>;
  readonly notice: InstanceNotice;
  readonly request: CacheableRequest;
  readonly response: NestResponse;
  readonly handle: () => Promise<unknown>;
  readonly noStore: boolean;
  readonly ttlMs: number | undefined;
}

/**
 * What the cache's loader returns after it has run the handler. `shared`: a response that may be sent to everybody.
 * `own`: a response only for the request whose handler ran.
 */
type Load =
  | { readonly kind: 'shared'; readonly answer: CacheableAnswer; readonly variant: string }
  | { readonly kind: 'own'; readonly of: CachedVisit; readonly body: unknown };

/** One request that is served from the cache or by its handler. */
export class CachedVisit {
  readonly #parts: VisitParts;
  // Headers that this class set on the response, so that a background refresh does not mistake them for the handler's
  // headers.
  #own: Headers = {};

  constructor(parts: VisitParts) {
    this.#parts = parts;
  }

  async answer(key: string): Promise<unknown> {
    const { unshared } = this.#parts;
    if (unshared.has(key)) return this.#answerByHandler();
    const found = await this.#lookup(key);
    const { value } = found;
    if (value.kind === 'own') {
      unshared.set(key, true);
      if (value.of !== this) return this.#answerByHandler();
      this.#set({ 'x-cache': 'BYPASS' });
      return value.body;
    }
    // The stored response belongs to an earlier request. If the two requests differ in a header that `Vary` lists, this
    // request gets a different key.
    const variant = digestOf(this.#parts.request, value.answer.vary);
    if (variant !== value.variant) return this.answer(`${key} ${variant}`);
    if (found.stale && !value.answer.mayBeStale) return this.#answerByHandler();
    return this.#send(found, value.answer);
  }

  #lookup(key: string): Promise<CacheAnswer<Load>> {
    const { cache, ttlMs } = this.#parts;
    return cache.lookup<Load>(key, (context) => this.#load(context), ttlMs === undefined ? {} : { ttlMs });
  }

  async #load({ keepFor }: LoadContext): Promise<Load> {
    const { request, handle, notice, ttlMs } = this.#parts;
    const before = this.#head(undefined);
    const session = sessionTextOf(request);
    const body = await handle();
    const verdict = judgeAnswer(request, before, this.#head(before), body);
    if (!verdict.mayShare && verdict.instanceOf !== undefined) notice.tell(verdict.instanceOf);
    const isPersonal = session === undefined || session !== sessionTextOf(request);
    if (!verdict.mayShare || isPersonal) {
      keepFor(0);
      return { kind: 'own', of: this, body };
    }
    const { answer, maxAgeMs } = verdict;
    if (maxAgeMs !== undefined) keepFor(Math.min(maxAgeMs, ttlMs ?? maxAgeMs));
    return { kind: 'shared', answer, variant: digestOf(request, answer.vary) };
  }

  // Returns the status of the response, and its headers as the handler set them. A header that this class has set gets
  // the value that it had before the handler ran (`before`). If the header was not set before, it is left out.
  #head(before: ResponseHead | undefined): ResponseHead {
    const { response } = this.#parts;
    const headers: Record<string, string | string[]> = {};
    for (const [name, value] of Object.entries(response.getHeaders())) {
      if (value === undefined) continue;
      const key = name.toLowerCase();
      const isOwn = this.#own[key] !== undefined && String(this.#own[key]) === String(value);
      const given = isOwn ? before?.headers[key] : value;
      if (given !== undefined) headers[key] = Array.isArray(given) ? given : String(given);
    }
    if (hasPendingCookies(response)) headers['set-cookie'] ??= [];
    return { status: response.statusCode, headers };
  }

  #send({ stale, source, ageMs }: CacheAnswer<Load>, { headers, body }: CacheableAnswer): unknown {
    const isLoaded = source === 'loader';
    const status = stale ? 'STALE' : isLoaded ? 'MISS' : 'HIT';
    // If the handler passes on a response from another cache, that response already has an `Age`, to which the time in
    // this cache is added.
    const formerAge = Number(headers['age'] ?? 0) || 0;
    const age = isLoaded ? {} : { age: String(formerAge + Math.floor(ageMs / 1000)) };
    const control = stale && this.#parts.noStore ? { 'cache-control': 'no-store' } : {};
    this.#set(headers);
    this.#own = { ...age, ...control, 'x-cache': status };
    this.#set(this.#own);
    return body;
  }

  #answerByHandler(): Promise<unknown> {
    this.#set({ 'x-cache': 'BYPASS' });
    return this.#parts.handle();
  }

  #set(headers: Headers): void {
    const { adapter, response } = this.#parts;
    if (adapter.isHeadersSent(response)) return;
    for (const [name, value] of Object.entries(headers)) adapter.setHeader(response, name, value as string);
  }
}
