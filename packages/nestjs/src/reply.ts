import type { AbstractHttpAdapter } from '@nestjs/core';
import type { PlainResponse } from '@redis-resilience/core/http';

/** Sends a plain response through Nest's HTTP adapter, for Express or Fastify. */
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
