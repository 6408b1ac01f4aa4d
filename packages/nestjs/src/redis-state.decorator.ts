import {
  createParamDecorator,
  Inject,
  Injectable,
  type ArgumentMetadata,
  type PipeTransform,
} from '@nestjs/common';
import { createRequestGuard, untilDecided, type RequestGuard } from '@redis-resilience/core/http';
import { RedisResilienceRegistry } from './redis-resilience.registry.ts';

/** Converts the name of a connection to the guard of the request. A pipe can inject; a parameter decorator cannot. */
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
 * Injects the state of Redis and the client into a parameter of a handler: `status`, `degraded`, `reads`, `writes`,
 * `cause`, `retryAfterMs`, `snapshot`, `client`, `execute`, `resilience`. It requires no guard and no interceptor.
 *
 * @example
 * @Get() list(@RedisState() redis: RequestGuard) { return { degraded: redis.degraded }; }
 */
export function RedisState(connection?: string): ParameterDecorator {
  return state(connection, RedisStatePipe);
}
