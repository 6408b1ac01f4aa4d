import { ServiceUnavailableException, type ExecutionContext } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { PlainResponse } from '@redis-resilience/core/http';
import { setHeaders } from './reply.ts';

/**
 * A request was refused because Redis is away: a 503 that every exception filter knows, with the problem details as
 * its response.
 */
export class RedisRefusedException extends ServiceUnavailableException {
  readonly answer: PlainResponse;

  constructor(answer: PlainResponse) {
    super(JSON.parse(answer.body));
    this.answer = answer;
  }
}

/** The exception to throw. Sets the headers too, `Retry-After` above all: filters hand none over. */
export function refuse(
  adapter: AbstractHttpAdapter,
  context: ExecutionContext,
  answer: PlainResponse,
): RedisRefusedException {
  if (context.getType() === 'http') setHeaders(adapter, context.switchToHttp().getResponse(), answer.headers);
  return new RedisRefusedException(answer);
}
