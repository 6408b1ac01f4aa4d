import { applyDecorators, Inject, Injectable, Optional, SetMetadata, UseInterceptors } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor, Type } from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import {
  createRequestGuard,
  guardPolicyReaders,
  headersByPolicy,
  refuseByPolicy,
  runByPolicy,
  untilDecided,
  type GuardPolicy,
  type RequestGuard,
} from '@redis-resilience/core/http';
import { checkOptions, nameOf, type OptionReaders } from '@redis-resilience/core/kit';
import { Observable } from 'rxjs';
import { RedisResilienceRegistry } from './redis-resilience.registry.ts';
import { refuse } from './redis-refused.exception.ts';
import { setHeaders } from './reply.ts';

/** Options of {@link UseRedisGuard}. */
export interface RedisGuardOptions extends GuardPolicy {
  /** The name of the connection that the request uses. Default `default`. */
  readonly connection?: string;
}

const readers: OptionReaders<RedisGuardOptions> = {
  ...guardPolicyReaders,
  connection: nameOf,
};
const key = 'redis-resilience:guard';

/**
 * Exempts a controller from the options of the application. Health endpoints are exempt, so that mode
 * `reject` never rejects a health probe.
 */
export const WithoutRedisGuard = SetMetadata(key, {} satisfies RedisGuardOptions);

/** The injection token for the options that a {@link RedisGuardInterceptor} applies to the whole application. */
export const REDIS_GUARD_OPTIONS = 'REDIS_GUARD_OPTIONS';

/**
 * Applies the options of {@link UseRedisGuard} to requests: the budget, `Cache-Control: no-store` and mode `reject`.
 * To apply options to one handler or controller, use the decorator {@link UseRedisGuard} itself. To apply options to
 * the whole application, provide this class as `APP_INTERCEPTOR`.
 *
 * @example
 * providers: [
 *   { provide: REDIS_GUARD_OPTIONS, useValue: { budgetMs: 300 } },
 *   { provide: APP_INTERCEPTOR, useClass: RedisGuardInterceptor },
 * ]
 */
@Injectable()
export class RedisGuardInterceptor implements NestInterceptor {
  readonly #registry: RedisResilienceRegistry;
  readonly #reflector: Reflector;
  readonly #host: HttpAdapterHost;
  readonly #defaults: RedisGuardOptions;
  /**
   * The options for each handler that has had a request, and the controller of its last request. Controllers that
   * inherit the same handler share its entry, although their options may differ, so the entry names its controller.
   */
  readonly #policies = new WeakMap<
    object,
    { readonly controller: Type; readonly policy: RedisGuardOptions }
  >();

  constructor(
    @Inject(RedisResilienceRegistry) registry: RedisResilienceRegistry,
    @Inject(Reflector) reflector: Reflector,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Optional() @Inject(REDIS_GUARD_OPTIONS) defaults: RedisGuardOptions = {},
  ) {
    this.#registry = registry;
    this.#reflector = reflector;
    this.#host = host;
    this.#defaults = checkOptions('REDIS_GUARD_OPTIONS', defaults, readers);
  }

  intercept(
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> | Promise<Observable<unknown>> {
    const policy = this.#policyOf(context.getHandler(), context.getClass());
    const resilience = this.#registry.get(policy.connection);
    const guard = createRequestGuard(resilience);
    const deciding = untilDecided(resilience, policy, guard.snapshot);
    return deciding === undefined
      ? this.#guard(guard, policy, context, next)
      : deciding.then((left) =>
          this.#guard(createRequestGuard(resilience), { ...policy, ...left }, context, next),
        );
  }

  // Returns the options for a handler. The options are cached, because reading the metadata costs more than
  // the rest of the interceptor, and decorators do not change after the start.
  #policyOf(handler: object, controller: Type): RedisGuardOptions {
    const known = this.#policies.get(handler);
    if (known?.controller === controller) return known.policy;
    const own = this.#reflector.getAllAndOverride<RedisGuardOptions | undefined>(key, [
      handler as () => unknown,
      controller,
    ]);
    const policy = own ?? this.#defaults;
    this.#policies.set(handler, { controller, policy });
    return policy;
  }

  #guard(
    guard: RequestGuard,
    policy: RedisGuardOptions,
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> {
    const answer = refuseByPolicy(policy, guard);
    if (answer) throw refuse(this.#host.httpAdapter, context, answer);
    if (policy.noStore === true && context.getType() === 'http') {
      const response: unknown = context.switchToHttp().getResponse();
      setHeaders(this.#host.httpAdapter, response, headersByPolicy(policy, guard));
    }
    if (policy.budgetMs === undefined) return next.handle();
    return new Observable((subscriber) => runByPolicy(policy, () => next.handle().subscribe(subscriber)));
  }
}

/**
 * Applies the options to all requests for a handler or a controller. The options on a handler replace those on its
 * controller, and these replace those of the application; they are not merged.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 *
 * @example
 * @UseRedisGuard({ budgetMs: 300, noStore: true })
 * @Controller('products')
 * export class ProductsController {}
 */
export function UseRedisGuard(options: RedisGuardOptions = {}): MethodDecorator & ClassDecorator {
  checkOptions('@UseRedisGuard', options, readers);
  return applyDecorators(SetMetadata(key, options), UseInterceptors(RedisGuardInterceptor));
}
