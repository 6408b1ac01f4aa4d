import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { isRedisResilienceError, type RedisResilienceError } from '@redis-resilience/core';
import { renderError, type PlainResponse } from '@redis-resilience/core/http';
import { throwError } from 'rxjs';
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
 * whether it may be repeated. A client of a microservice gets the problem details as its error, and a Socket.IO client
 * of a WebSocket gateway as the event `exception`. GraphQL gets the error itself. Other errors are left to Nest.
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

  catch(error: Caught, host: ArgumentsHost): unknown {
    const answer = error instanceof RedisRefusedException ? error.answer : renderError(error);
    if (answer === undefined) throw error;
    // If the filter threw an error in a microservice or a gateway, Nest would send no answer to the client of the
    // microservice, and the error in the gateway would end the process.
    switch (host.getType<'http' | 'rpc' | 'ws' | 'graphql'>()) {
      case 'http':
        return this.#respond(host.switchToHttp().getResponse(), answer);
      case 'rpc':
        return throwError(() => JSON.parse(answer.body) as unknown);
      case 'ws':
        return host.switchToWs().getClient<WsClient>().emit?.('exception', JSON.parse(answer.body));
      default:
        throw error;
    }
  }

  #respond(response: unknown, answer: PlainResponse): void {
    const adapter = this.#host.httpAdapter;
    if (adapter.isHeadersSent(response)) adapter.end(response);
    else send(adapter, response, answer);
  }
}

/** A client of a gateway. Nest's own filter emits `exception`, too, if the platform's client can emit events. */
interface WsClient {
  emit?(event: string, payload: unknown): unknown;
}
