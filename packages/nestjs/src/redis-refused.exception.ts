import { ServiceUnavailableException, type ExecutionContext } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { PlainResponse } from '@redis-resilience/core/http';
import { setProblemHeaders } from './reply.ts';

/**
 * Thrown when a request is rejected because Redis is unavailable. Nest's own exception filter responds with
 * 503, because this is a `ServiceUnavailableException`. The body of the response contains problem details.
 */
export class RedisRefusedException extends ServiceUnavailableException {
  readonly answer: PlainResponse;

  constructor(answer: PlainResponse) {
    super(JSON.parse(answer.body));
    this.answer = answer;
  }
}

/**
 * Creates the exception for a rejected request. This function sets headers such as `Retry-After` on the response
 * immediately, because Nest's own exception filter sets none.
 */
export function refuse(
  adapter: AbstractHttpAdapter,
  context: ExecutionContext,
  answer: PlainResponse,
): RedisRefusedException {
  if (context.getType() === 'http') setProblemHeaders(adapter, context.switchToHttp().getResponse(), answer);
  return new RedisRefusedException(answer);
}
