import { HttpException } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { ExecutionContext } from '@nestjs/common';
import type { PlainResponse } from '@redis-resilience/core/http';

/** Copies a plain answer into the response, on Express and Fastify alike. */
export function send(adapter: AbstractHttpAdapter, response: unknown, answer: PlainResponse): void {
  setHeaders(adapter, response, answer.headers);
  adapter.reply(response, answer.body, answer.status);
}

export function setHeaders(
  adapter: AbstractHttpAdapter,
  response: unknown,
  headers: PlainResponse['headers'],
): void {
  for (const [name, value] of Object.entries(headers)) adapter.setHeader(response, name, value);
}

/**
 * The refusal as an exception that every exception filter knows. Its headers are set here, for filters hand over no
 * headers; over other transports than HTTP the exception says it all.
 */
export function refusal(
  adapter: AbstractHttpAdapter,
  context: ExecutionContext,
  answer: PlainResponse,
): HttpException {
  if (context.getType() === 'http') setHeaders(adapter, context.switchToHttp().getResponse(), answer.headers);
  return new HttpException(JSON.parse(answer.body) as Record<string, unknown>, answer.status);
}
