import type { IncomingMessage, ServerResponse } from 'node:http';
import { defaultRedisResilience, type RedisResilience } from '@redis-resilience/core';
import type { PlainResponse, RequestGuard } from '@redis-resilience/core/http';

declare global {
  namespace Express {
    interface Request {
      /** The state of Redis at the start of this request, and the client. Set by `redisGuard()`. */
      redisGuard: RequestGuard;
    }
    interface Locals {
      /** Whether Redis was `degraded` or `down` at the start of this request, for templates. Set by `redisGuard()`. */
      redisDegraded?: boolean;
    }
  }
}

/** Express's request, typed on `node:http`, so that Express 4 and 5 fit and `@types/express` is not needed. */
export type GuardedRequest = IncomingMessage & { redisGuard?: RequestGuard; readonly app?: object };
/** Express's response, typed on `node:http` in the same way. */
export type GuardedResponse = ServerResponse & { locals?: Record<string, unknown> };

/** A middleware for Express 4 and 5. */
export type Middleware = (req: GuardedRequest, res: GuardedResponse, next: (error?: unknown) => void) => void;
/** An error handler for Express 4 and 5. */
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
