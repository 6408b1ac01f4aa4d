import {
  createParamDecorator,
  Inject,
  Injectable,
  type ArgumentMetadata,
  type PipeTransform,
} from '@nestjs/common';
import { createRequestGuard, type RequestGuard } from '@redis-resilience/core/http';
import { RedisResilienceRegistry } from './redis-resilience.registry.ts';

/** Turns the name of a connection into its guard. A parameter decorator has no injection; its pipe has. */
@Injectable()
export class RedisStatePipe implements PipeTransform<unknown, RequestGuard> {
  readonly #registry: RedisResilienceRegistry;

  constructor(@Inject(RedisResilienceRegistry) registry: RedisResilienceRegistry) {
    this.#registry = registry;
  }

  transform(_value: unknown, { data: connection }: ArgumentMetadata): RequestGuard {
    return createRequestGuard(this.#registry.get(connection));
  }
}

const state = createParamDecorator(() => undefined);

/**
 * Gives a handler what the request knows about Redis: `status`, `degraded`, `reads`, `writes`, `cause`,
 * `retryAfterMs`, `client`, `execute`. Works by itself: no guard or interceptor is needed.
 *
 * @example
 * @Get() list(@RedisState() redis: RequestGuard) { return { degraded: redis.degraded }; }
 */
export function RedisState(connection?: string): ParameterDecorator {
  return state(connection, RedisStatePipe);
}
