import type { ExtendableContext } from 'koa';
import { defaultRedisResilience, type RedisResilience } from '@redis-resilience/core';
import {
  guardedConnections,
  onlyConnection,
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
