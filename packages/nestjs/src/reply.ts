import { ServerResponse } from 'node:http';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { PlainResponse } from '@redis-resilience/core/http';

/** Sends a plain response through Nest's HTTP adapter, for Express or Fastify. */
export function send(adapter: AbstractHttpAdapter, response: unknown, answer: PlainResponse): void {
  setHeaders(adapter, response, answer.headers);
  adapter.reply(response, answer.body, answer.status);
}

/**
 * Sets the headers of an answer whose body Nest's own exception filter will send. On Express, Nest 11 warns of each such
 * response whose type is not `application/json`, and replaces the type. So there the type is set only when the headers
 * are written, and only in place of that of JSON: another filter may have sent a page.
 */
export function setProblemHeaders(
  adapter: AbstractHttpAdapter,
  response: unknown,
  { headers }: PlainResponse,
): void {
  const { 'Content-Type': type, ...others } = headers;
  const isExpress = adapter.getType() === 'express' && response instanceof ServerResponse;
  if (!isExpress || type === undefined) return setHeaders(adapter, response, headers);
  setHeaders(adapter, response, others);
  const writeHead = Reflect.get(response, 'writeHead') as (...args: unknown[]) => ServerResponse;
  response.writeHead = function write(this: ServerResponse, ...args: unknown[]): ServerResponse {
    const given = this.getHeader('Content-Type');
    if (typeof given === 'string' && /^application\/json\b/.test(given)) {
      this.setHeader('Content-Type', given.replace('application/json', type));
    }
    return writeHead.apply(this, args);
  } as ServerResponse['writeHead'];
}

export function setHeaders(
  adapter: AbstractHttpAdapter,
  response: unknown,
  headers: PlainResponse['headers'],
): void {
  for (const [name, value] of Object.entries(headers)) adapter.setHeader(response, name, value);
}
