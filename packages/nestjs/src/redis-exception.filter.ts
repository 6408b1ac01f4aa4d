import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { isRedisResilienceError, type RedisResilienceError } from '@redis-resilience/core';
import { renderError } from '@redis-resilience/core/http';
import { RedisRefusedException } from './redis-refused.exception.ts';
import { send } from './reply.ts';

type Caught = RedisResilienceError | RedisRefusedException;

/**
 * A class for `@Catch`, which selects errors with `instanceof`. For this class, `instanceof` is also true for errors
 * from a second copy of core.
 */
class AnyRedisResilienceError {
  static [Symbol.hasInstance](value: unknown): boolean {
    return isRedisResilienceError(value);
  }
}

/**
 * Turns this library's errors, and rejections by `@RequireRedis` or mode `reject`, into 503 responses, and a
 * `ConfigurationError` into a 500. The bodies are problem details (RFC 9457), which say why the request failed and
 * whether it may be repeated. Other errors are left to Nest. On transports other than HTTP, the filter rethrows the
 * error.
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
