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
import { keyOfRequest, mayShare, type CacheableRequest } from './cacheable-request.ts';

/** The injection token of the {@link Cache} that {@link RedisCacheInterceptor} uses. */
export const REDIS_CACHE = 'REDIS_CACHE';

/** The injection token of the options of {@link RedisCacheInterceptor}; a provider for it is optional. */
export const REDIS_CACHE_OPTIONS = 'REDIS_CACHE_OPTIONS';

/** Options of {@link RedisCacheInterceptor}. */
export interface RedisCacheInterceptorOptions {
  /** Sends `Cache-Control: no-store` with answers that may be out of date, so that no CDN keeps them. Default true. */
  readonly noStore?: boolean;
  /**
   * Names of request headers whose values become part of the key, so that requests with them may be cached, for example
   * `['x-tenant-id']`. Default: none; a request with a header that identifies the visitor runs the handler.
   */
  readonly varyBy?: readonly string[];
  /**
   * The key of a request; undefined runs the handler without the cache. It is responsible for all of the request, the
   * headers too. Default: host, URL, language and `varyBy` of a GET request.
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

/** How long the answers of a handler are fresh, in milliseconds. */
export const CacheTtl = (ttlMs: number): MethodDecorator & ClassDecorator => SetMetadata(ttlKey, ttlMs);

const maxUnshared = 10_000;
const unsharedMs = 10_000;

/**
 * Answers a route from the cache, and runs the handler on a miss, once for all requests that come at the same time.
 * While Redis is away it answers from a local copy. The header `X-Cache` is `HIT`, `MISS`, `STALE` or `BYPASS`.
 *
 * It keeps and shares what a shared cache may, by RFC 9111: not the answer to a request that says who the visitor is,
 * by a header or a `user` that a guard set; not an answer with a cookie, `Cache-Control: private` or `no-store`, a
 * status set by hand, or a stream. `Vary` is honoured, and `max-age` shortens the ttl. Headers that the handler set are
 * kept with its answer.
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
  // Keys whose answers were not to be shared: their requests do not wait for each other.
  readonly #unshared = new LRUCache<string, true>({
    max: maxUnshared,
    ttl: unsharedMs,
    perf: systemClock,
  });

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
      request: context.switchToHttp().getRequest<CacheableRequest>(),
      response: context.switchToHttp().getResponse<NestResponse>(),
      handle: () => lastValueFrom(next.handle(), { defaultValue: undefined }),
      noStore: this.#options.noStore !== false,
      ttlMs,
    });
    return from(visit.answer(key));
  }

  #keyOf(context: ExecutionContext): string | undefined {
    if (context.getType() !== 'http') return undefined;
    if (this.#options.keyOf !== undefined) return this.#options.keyOf(context);
    const request = context.switchToHttp().getRequest<CacheableRequest>();
    return mayShare(request, this.#varyBy) ? keyOfRequest(request, this.#varyBy) : undefined;
  }
}
