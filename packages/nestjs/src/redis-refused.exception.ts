import { ServiceUnavailableException, type ExecutionContext } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { PlainResponse } from '@redis-resilience/core/http';
import { setHeaders } from './reply.ts';

/**
 * Thrown when a request is rejected because Redis is unavailable. It is a `ServiceUnavailableException`, so every
 * exception filter responds to it with 503; its response contains the problem details.
 */
export class RedisRefusedException extends ServiceUnavailableException {
  readonly answer: PlainResponse;

  constructor(answer: PlainResponse) {
    super(JSON.parse(answer.body));
    this.answer = answer;
  }
}

/**
 * Creates the exception to throw. Sets headers such as `Retry-After` on the response, because exception filters set
 * none.
 */
export function refuse(
  adapter: AbstractHttpAdapter,
  context: ExecutionContext,
  answer: PlainResponse,
): RedisRefusedException {
  if (context.getType() === 'http') setHeaders(adapter, context.switchToHttp().getResponse(), answer.headers);
  return new RedisRefusedException(answer);
}
