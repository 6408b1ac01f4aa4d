import type { IncomingMessage, ServerResponse } from 'node:http';
import { defaultRedisResilience, type RedisResilience } from '@redis-resilience/core';
import {
  guardedConnections,
  onlyConnection,
  type MatchedRoute,
  type PlainResponse,
  type RequestGuard,
} from '@redis-resilience/core/http';

declare global {
  namespace Express {
    interface Request {
      /** The client, and the state of Redis when this request began. Set by `redisGuard()`. */
      redisGuard: RequestGuard;
    }
    interface Locals {
      /** For templates: whether Redis was `degraded` or `down` when this request began. Set by `redisGuard()`. */
      redisDegraded?: boolean;
    }
  }
}

/**
 * A request of Express 4 or 5. This type is declared with the types of `node:http`, so that `@types/express` is not
 * needed.
 */
export type GuardedRequest = IncomingMessage & {
  redisGuard?: RequestGuard;
  readonly app?: object;
  readonly baseUrl?: string;
  readonly route?: { readonly path?: unknown; readonly stack?: readonly { readonly handle: unknown }[] };
};
/**
 * A response of Express 4 or 5. This type is declared with the types of `node:http`, so that `@types/express` is not
 * needed.
 */
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
 * Returns the connection of the guard that the request has passed. If the request has passed no guard yet, returns the
 * connections of all guards in the process; if there is no guard, the default connection.
 */
export function connectionsOf(req: GuardedRequest): readonly RedisResilience[] {
  if (req.redisGuard) return [req.redisGuard.resilience];
  const guarded = guardedConnections();
  return guarded.length > 0 ? guarded : [defaultRedisResilience()];
}

/** Returns the route that the request has reached last, with its path as the client wrote it. */
export function routeOf({ method, baseUrl = '', route }: GuardedRequest): MatchedRoute {
  const path = typeof route?.path === 'string' ? `${baseUrl}${route.path}` : undefined;
  return { method, path, handlers: route?.stack?.map(({ handle }) => handle) ?? [] };
}

/**
 * Like {@link connectionsOf}, but returns a single connection.
 *
 * @throws {@link ConfigurationError} if the request has passed no guard yet, and the process has several guards
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
