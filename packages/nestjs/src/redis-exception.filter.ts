import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { isRedisResilienceError, type RedisResilienceError } from '@redis-resilience/core';
import { renderError } from '@redis-resilience/core/http';
import { RedisRefusedException } from './redis-refused.exception.ts';
import { send } from './reply.ts';

type Caught = RedisResilienceError | RedisRefusedException;

/**
 * Stands for the error class in `@Catch`, which uses `instanceof`, so that errors from a second copy of core are
 * recognised too.
 */
class AnyRedisResilienceError {
  static [Symbol.hasInstance](value: unknown): boolean {
    return isRedisResilienceError(value);
  }
}

/**
 * Turns this library's errors, and rejections by `@RequireRedis`, into 503 responses with problem details, which say
 * why and whether the request may be repeated. It does not catch other errors. On transports other than HTTP, it
 * rethrows the error.
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
