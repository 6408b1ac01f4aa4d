import {
  Inject,
  Injectable,
  Optional,
  SetMetadata,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import { lastValueFrom, from, type Observable } from 'rxjs';
import { systemClock } from '@redis-resilience/core';
import {
  booleanOf,
  checkOptions,
  functionOf,
  invalid,
  type OptionReader,
  type OptionReaders,
} from '@redis-resilience/core/kit';
import { LRUCache } from 'lru-cache';
import type { Cache } from '../cache/cache.ts';
import { CachedVisit, type NestResponse } from './cached-visit.ts';
import { InstanceNotice } from './instance-notice.ts';
import { keyOfRequest, mayShare, type CacheableRequest } from './cacheable-request.ts';

/** The injection token of the {@link Cache} that {@link RedisCacheInterceptor} uses. */
export const REDIS_CACHE = 'REDIS_CACHE';

/** The injection token of {@link RedisCacheInterceptor}'s options; a provider for it is optional. */
export const REDIS_CACHE_OPTIONS = 'REDIS_CACHE_OPTIONS';

/** Options of {@link RedisCacheInterceptor}. */
export interface RedisCacheInterceptorOptions {
  /**
   * Sends `Cache-Control: no-store` with responses that may be out of date, so that no CDN stores them. Default true.
   */
  readonly noStore?: boolean;
  /**
   * Names of request headers whose values become part of the key, for example `['x-tenant-id']`. A response to a
   * request with a listed header may be cached, even though the header identifies the visitor. A request with a client
   * certificate always goes to the handler. Default: none, so that every request with a header that identifies the
   * visitor goes to the handler.
   */
  readonly varyBy?: readonly string[];
  /**
   * Returns the key of a request, or undefined to bypass the cache. `keyOf` replaces all checks of the request, so the
   * key must contain everything that affects the response, including method, headers and visitor. Default: the URL and
   * headers of a GET request, without headers that only describe its transport or browser, such as `User-Agent`.
   */
  readonly keyOf?: (context: ExecutionContext) => string | undefined;
}

const headerName = /^[\w!#$%&'*+.^`|~-]+$/;

const headerNamesOf: OptionReader = (value, path) => {
  const isName = (name: unknown): boolean => typeof name === 'string' && headerName.test(name);
  if (!Array.isArray(value) || !value.every(isName)) throw invalid(path, value, 'an array of header names');
};

const readers: OptionReaders<RedisCacheInterceptorOptions> = {
  noStore: booleanOf,
  varyBy: headerNamesOf,
  keyOf: functionOf,
};
const ttlKey = 'redis-resilience:cache-ttl';

/** Sets how long a handler's responses are fresh, in milliseconds. */
export const CacheTtl = (ttlMs: number): MethodDecorator & ClassDecorator => SetMetadata(ttlKey, ttlMs);

const maxUnshared = 10_000;
const unsharedMs = 10_000;

/**
 * Serves a route from the cache. On a miss, the handler runs once for all requests that arrive at the same time. While
 * Redis is unavailable, local copies are served. The header `X-Cache` is `HIT`, `MISS`, `STALE` or `BYPASS`.
 *
 * Stores and shares only responses that RFC 9111 allows a shared cache to store. `Vary` is honoured, and `max-age`
 * shortens the ttl. Headers that the handler set are stored with its response. These responses are never shared:
 *
 * - the response to a request that identifies the visitor, by a header, a client certificate or a `user` that a guard
 *   set;
 * - a response with a cookie, with `Cache-Control: private` or `no-store`, or with a status other than 200;
 * - a response whose handler changed the session;
 * - a stream, or an instance of a class; a warning about the instance is logged once for each class.
 *
 * @example
 * providers: [{ provide: REDIS_CACHE, inject: [getRedisResilienceToken()], useFactory: (r: RedisResilience) => createCache(r) }]
 * @UseInterceptors(RedisCacheInterceptor) @CacheTtl(5_000) @Get('products')
 */
@Injectable()
export class RedisCacheInterceptor implements NestInterceptor {
  readonly #cache: Cache;
  readonly #reflector: Reflector;
  readonly #host: HttpAdapterHost;
  readonly #options: RedisCacheInterceptorOptions;
  readonly #varyBy: readonly string[];
  // Keys whose last response must not be shared. A key is remembered for 10 s: until then, requests with the key go
  // straight to the handler, so that they do not wait for each other.
  readonly #unshared = new LRUCache<string, true>({
    max: maxUnshared,
    ttl: unsharedMs,
    perf: systemClock,
  });

  readonly #notice = new InstanceNotice();

  constructor(
    @Inject(REDIS_CACHE) cache: Cache,
    @Inject(Reflector) reflector: Reflector,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Optional() @Inject(REDIS_CACHE_OPTIONS) options: RedisCacheInterceptorOptions = {},
  ) {
    this.#cache = cache;
    this.#reflector = reflector;
    this.#host = host;
    this.#options = checkOptions('REDIS_CACHE_OPTIONS', options, readers);
    this.#varyBy = (this.#options.varyBy ?? []).map((name) => name.toLowerCase());
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const key = this.#keyOf(context);
    if (key === undefined) return next.handle();
    const ttlMs = this.#reflector.getAllAndOverride<number | undefined>(ttlKey, [
      context.getHandler(),
      context.getClass(),
    ]);
    const visit = new CachedVisit({
      cache: this.#cache,
      adapter: this.#host.httpAdapter,
      unshared: this.#unshared,
      notice: this.#notice,
      request: context.switchToHttp().getRequest<CacheableRequest>(),
      response: context.switchToHttp().getResponse<NestResponse>(),
      handle: () => lastValueFrom(next.handle(), { defaultValue: undefined }),
      noStore: this.#options.noStore !== false,
      ttlMs,
    });
    return from(visit.answer(key));
  }

  // A stream of server-sent events has no end, so there is no response to wait for.
  #isEventStream(context: ExecutionContext): boolean {
    return this.#reflector.get<boolean | undefined>('__sse__', context.getHandler()) === true;
  }

  #keyOf(context: ExecutionContext): string | undefined {
    if (context.getType() !== 'http' || this.#isEventStream(context)) return undefined;
    if (this.#options.keyOf !== undefined) return this.#options.keyOf(context);
    const request = context.switchToHttp().getRequest<CacheableRequest>();
    return mayShare(request, this.#varyBy) ? keyOfRequest(request, this.#varyBy) : undefined;
  }
}
