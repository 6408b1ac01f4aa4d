import type { ExtendableContext } from 'koa';
import { defaultRedisResilience, type RedisResilience } from '@redis-resilience/core';
import {
  guardedConnections,
  onlyConnection,
  type MatchedRoute,
  type PlainResponse,
  type RequestGuard,
} from '@redis-resilience/core/http';

interface Guarded {
  readonly redisGuard?: RequestGuard;
}

/**
 * Returns the connection of the guard that the request has passed. If the request has passed no guard yet, returns the
 * connections of all guards in the process; if there is no guard, the default connection.
 */
export function connectionsOf(ctx: Guarded): readonly RedisResilience[] {
  if (ctx.redisGuard) return [ctx.redisGuard.resilience];
  const guarded = guardedConnections();
  return guarded.length > 0 ? guarded : [defaultRedisResilience()];
}

interface Routed {
  readonly method: string;
  /** The layers of `@koa/router` that match the request; those of `router.use()` have no methods. */
  readonly matched?: readonly {
    readonly path?: unknown;
    readonly methods?: readonly string[];
    readonly stack?: readonly unknown[];
  }[];
}

/** Returns the route of `@koa/router` that the request has reached. */
export function routeOf(context: object): MatchedRoute {
  const { method, matched = [] } = context as Routed;
  const route = matched.findLast(({ methods = [] }) => methods.length > 0);
  return { method, path: route?.path, handlers: route?.stack ?? [] };
}

/**
 * Like {@link connectionsOf}, but returns a single connection.
 *
 * @throws {@link ConfigurationError} if the request has passed no guard yet, and the process has several guards
 */
export function onlyConnectionOf(ctx: Guarded): RedisResilience {
  return onlyConnection('requireRedis', connectionsOf(ctx));
}

export function send(ctx: ExtendableContext, answer: PlainResponse): void {
  ctx.status = answer.status;
  ctx.set(answer.headers);
  ctx.body = answer.body;
}
