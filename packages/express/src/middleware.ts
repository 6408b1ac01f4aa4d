import type { IncomingMessage, ServerResponse } from 'node:http';
import { defaultRedisResilience, type RedisResilience } from '@redis-resilience/core';
import type { PlainResponse, RequestGuard } from '@redis-resilience/core/http';

declare global {
  namespace Express {
    interface Request {
      /** What this request knows about Redis. Set by `redisGuard()`. */
      redisGuard: RequestGuard;
    }
    interface Locals {
      /** Whether the request runs on less than a whole Redis, for templates. Set by `redisGuard()`. */
      redisDegraded?: boolean;
    }
  }
}

/** Express's request and response, typed on `node:http`: Express 4 and 5 alike, and no need for `@types/express`. */
export type GuardedRequest = IncomingMessage & { redisGuard?: RequestGuard };
export type GuardedResponse = ServerResponse & { locals?: Record<string, unknown> };

export type Middleware = (req: GuardedRequest, res: GuardedResponse, next: (error?: unknown) => void) => void;
export type ErrorMiddleware = (
  error: unknown,
  req: GuardedRequest,
  res: GuardedResponse,
  next: (error?: unknown) => void,
) => void;

/** The resilience that was given, else the one of the request's guard, else the default one. */
export function resilienceFor(req: GuardedRequest, given?: RedisResilience): RedisResilience {
  return given ?? req.redisGuard?.resilience ?? defaultRedisResilience();
}

export function setHeaders(res: ServerResponse, headers: PlainResponse['headers']): void {
  for (const name in headers) res.setHeader(name, headers[name] as string);
}

export function send(res: ServerResponse, answer: PlainResponse): void {
  res.statusCode = answer.status;
  setHeaders(res, answer.headers);
  res.end(answer.body);
}
