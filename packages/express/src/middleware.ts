import type { IncomingMessage, ServerResponse } from 'node:http';
import { defaultRedisResilience, type RedisResilience } from '@redis-resilience/core';
import {
  guardedConnections,
  onlyConnection,
  type PlainResponse,
  type RequestGuard,
} from '@redis-resilience/core/http';

declare global {
  namespace Express {
    interface Request {
      /** The state of Redis when this request began, and the client. Set by `redisGuard()`. */
      redisGuard: RequestGuard;
    }
    interface Locals {
      /** Whether Redis was `degraded` or `down` when this request began, for templates. Set by `redisGuard()`. */
      redisDegraded?: boolean;
    }
  }
}

/** Express's request, typed with `node:http`, so that it fits Express 4 and 5 and does not need `@types/express`. */
export type GuardedRequest = IncomingMessage & { redisGuard?: RequestGuard; readonly app?: object };
/** Express's response, typed with `node:http` in the same way. */
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

/**
 * The connection of the request's guard; before the guard has run, those of all guards; without any guard, the default
 * one.
 */
export function connectionsOf(req: GuardedRequest): readonly RedisResilience[] {
  if (req.redisGuard) return [req.redisGuard.resilience];
  const guarded = guardedConnections();
  return guarded.length > 0 ? guarded : [defaultRedisResilience()];
}

/**
 * Returns the only one of {@link connectionsOf}.
 *
 * @throws {@link ConfigurationError} before the request's guard has run, if there are several guards
 */
export function onlyConnectionOf(req: GuardedRequest): RedisResilience {
  return onlyConnection('requireRedis', connectionsOf(req));
}

export function setHeaders(res: ServerResponse, headers: PlainResponse['headers']): void {
  for (const name in headers) res.setHeader(name, headers[name] as string);
}

export function send(res: ServerResponse, answer: PlainResponse): void {
  res.statusCode = answer.status;
  setHeaders(res, answer.headers);
  res.end(answer.body);
}
