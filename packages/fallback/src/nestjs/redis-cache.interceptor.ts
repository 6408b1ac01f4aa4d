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
import { booleanOf, checkOptions, functionOf, type OptionReaders } from '@redis-resilience/core/kit';
import type { Cache } from '../cache/cache.ts';

/** The injection token of the {@link Cache} that {@link RedisCacheInterceptor} uses. */
export const REDIS_CACHE = 'REDIS_CACHE';

/** The injection token of the options of {@link RedisCacheInterceptor}; a provider for it is optional. */
export const REDIS_CACHE_OPTIONS = 'REDIS_CACHE_OPTIONS';

/** Options of {@link RedisCacheInterceptor}. */
export interface RedisCacheInterceptorOptions {
  /** Sends `Cache-Control: no-store` with answers that may be out of date, so that no CDN keeps them. Default true. */
  readonly noStore?: boolean;
  /**
   * The key of a request; undefined runs the handler without the cache. Default: the URL of a GET request that has
   * neither an authorization header nor a cookie.
   */
  readonly keyOf?: (context: ExecutionContext) => string | undefined;
}

const readers: OptionReaders<RedisCacheInterceptorOptions> = { noStore: booleanOf, keyOf: functionOf };
const ttlKey = 'redis-resilience:cache-ttl';

/** How long the answers of a handler are fresh, in milliseconds. */
export const CacheTtl = (ttlMs: number): MethodDecorator & ClassDecorator => SetMetadata(ttlKey, ttlMs);

/**
 * Answers a route from the cache, and runs the handler on a miss, once for all requests that come at the same time. While
 * Redis is away it answers from a local copy. The header `X-Cache` is `HIT`, `MISS` or `STALE`.
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
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const key = (this.#options.keyOf ?? keyOfRequest)(context);
    return key === undefined ? next.handle() : from(this.#answer(context, next, key));
  }

  async #answer(context: ExecutionContext, next: CallHandler, key: string): Promise<unknown> {
    const ttlMs = this.#reflector.getAllAndOverride<number | undefined>(ttlKey, [
      context.getHandler(),
      context.getClass(),
    ]);
    const answer = await this.#cache.lookup(
      key,
      () => lastValueFrom(next.handle(), { defaultValue: undefined }),
      ttlMs === undefined ? {} : { ttlMs },
    );
    const response: unknown = context.switchToHttp().getResponse();
    const { httpAdapter } = this.#host;
    const verdict = answer.stale ? 'STALE' : answer.source === 'loader' ? 'MISS' : 'HIT';
    httpAdapter.setHeader(response, 'X-Cache', verdict);
    if (answer.stale && this.#options.noStore !== false) {
      httpAdapter.setHeader(response, 'Cache-Control', 'no-store');
    }
    return answer.value;
  }
}

// By default, an answer to one user is never given to another.
function keyOfRequest(context: ExecutionContext): string | undefined {
  if (context.getType() !== 'http') return undefined;
  const request = context.switchToHttp().getRequest<{
    readonly method: string;
    readonly url: string;
    readonly originalUrl?: string;
    readonly headers: Readonly<Record<string, unknown>>;
  }>();
  const { method, headers } = request;
  if (method !== 'GET' || headers['authorization'] !== undefined || headers['cookie'] !== undefined) {
    return undefined;
  }
  return `GET ${request.originalUrl ?? request.url}`;
}
