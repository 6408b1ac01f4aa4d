import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { isRedisResilienceError, type RedisResilienceError } from '@redis-resilience/core';
import { renderError } from '@redis-resilience/core/http';
import { RedisRefusedException } from './redis-refused.exception.ts';
import { send } from './reply.ts';

type Caught = RedisResilienceError | RedisRefusedException;

/** Stands for the error family in `@Catch`, which asks `instanceof`: knows the errors of a second copy of core too. */
class AnyRedisResilienceError {
  static [Symbol.hasInstance](value: unknown): boolean {
    return isRedisResilienceError(value);
  }
}

/**
 * Answers what a handler failed with when it is an error of this library: 503 with problem details that say why, and
 * whether the request may be repeated; and what `@RequireRedis` refused. It sees no other error. Over other transports
 * than HTTP it throws the error on.
 *
 * @example
 * providers: [{ provide: APP_FILTER, useClass: RedisExceptionFilter }]
 */
@Catch(AnyRedisResilienceError, RedisRefusedException)
export class RedisExceptionFilter implements ExceptionFilter<Caught> {
  readonly #host: HttpAdapterHost;

  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#host = host;
  }

  catch(error: Caught, host: ArgumentsHost): void {
    const answer = error instanceof RedisRefusedException ? error.answer : renderError(error);
    if (answer === undefined || host.getType() !== 'http') throw error;
    const response: unknown = host.switchToHttp().getResponse();
    const adapter = this.#host.httpAdapter;
    if (adapter.isHeadersSent(response)) adapter.end(response);
    else send(adapter, response, answer);
  }
}
