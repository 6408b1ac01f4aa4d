import { applyDecorators, Inject, Injectable, SetMetadata, UseGuards } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import type { Lane } from '@redis-resilience/core';
import { refuseWithout } from '@redis-resilience/core/http';
import { checkOptions, laneOf, nameOf, type OptionReaders } from '@redis-resilience/core/kit';
import { RedisResilienceRegistry } from './redis-resilience.registry.ts';
import { refuse } from './redis-refused.exception.ts';

/** Options of {@link RequireRedis}. */
export interface RequireRedisOptions {
  /** `read` if the request only reads from Redis, otherwise `write`. Default `read`. */
  readonly lane?: Lane;
  /** The name of the connection. Default `default`. */
  readonly connection?: string;
}

const readers: OptionReaders<RequireRedisOptions> = { lane: laneOf, connection: nameOf };
const key = 'redis-resilience:require';

/**
 * Rejects a request while the lane that it needs (reads or writes) is unavailable. Use this guard with {@link
 * RequireRedis}.
 */
@Injectable()
export class RequireRedisGuard implements CanActivate {
  readonly #registry: RedisResilienceRegistry;
  readonly #reflector: Reflector;
  readonly #host: HttpAdapterHost;

  constructor(
    @Inject(RedisResilienceRegistry) registry: RedisResilienceRegistry,
    @Inject(Reflector) reflector: Reflector,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
  ) {
    this.#registry = registry;
    this.#reflector = reflector;
    this.#host = host;
  }

  canActivate(context: ExecutionContext): boolean {
    const required = this.#reflector.getAllAndOverride<RequireRedisOptions | undefined>(key, [
      context.getHandler(),
      context.getClass(),
    ]);
    const answer = refuseWithout(
      required?.lane ?? 'read',
      this.#registry.get(required?.connection).snapshot(),
    );
    if (answer) throw refuse(this.#host.httpAdapter, context, answer);
    return true;
  }
}

/**
 * Responds with 503, `Retry-After` and problem details while the lane that a request needs (`'read'` or `'write'`) is
 * unavailable. The decorator on a handler replaces the one on its controller.
 *
 * @throws {@link ConfigurationError} when the lane or an option is invalid
 *
 * @example
 * @Post() @RequireRedis('write') place(@Body() order: Order) {}
 */
export function RequireRedis(required: Lane | RequireRedisOptions = {}): MethodDecorator & ClassDecorator {
  const options: RequireRedisOptions = typeof required === 'string' ? { lane: required } : required;
  checkOptions('@RequireRedis', options, readers);
  return applyDecorators(SetMetadata(key, options), UseGuards(RequireRedisGuard));
}
