import {
  createParamDecorator,
  Inject,
  Injectable,
  type ArgumentMetadata,
  type PipeTransform,
} from '@nestjs/common';
import { createRequestGuard, untilDecided, type RequestGuard } from '@redis-resilience/core/http';
import { RedisResilienceRegistry } from './redis-resilience.registry.ts';

/**
 * Converts the name of a connection to a {@link RequestGuard}. The conversion is a pipe, because Nest injects
 * the registry into a pipe, but not into a parameter decorator.
 */
@Injectable()
export class RedisStatePipe implements PipeTransform<unknown, RequestGuard | Promise<RequestGuard>> {
  readonly #registry: RedisResilienceRegistry;

  constructor(@Inject(RedisResilienceRegistry) registry: RedisResilienceRegistry) {
    this.#registry = registry;
  }

  transform(_value: unknown, { data: connection }: ArgumentMetadata): RequestGuard | Promise<RequestGuard> {
    const resilience = this.#registry.get(connection);
    const deciding = untilDecided(resilience);
    return deciding === undefined
      ? createRequestGuard(resilience)
      : deciding.then(() => createRequestGuard(resilience));
  }
}

const state = createParamDecorator(() => undefined);

/**
 * Injects a {@link RequestGuard} into a parameter of a handler. The `RequestGuard` has the client, `execute`,
 * `lease` and `transaction`, and the state of Redis when the request began, such as `degraded` and `cause`.
 * `@UseRedisGuard` is not required.
 *
 * @example
 * @Get() list(@RedisState() redis: RequestGuard) { return { degraded: redis.degraded }; }
 */
export function RedisState(connection?: string): ParameterDecorator {
  return state(connection, RedisStatePipe);
}
