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
 * The connection of the request's guard; before the guard has run, those of all guards; without any guard, the default
 * one.
 */
export function connectionsOf(ctx: Guarded): readonly RedisResilience[] {
  if (ctx.redisGuard) return [ctx.redisGuard.resilience];
  const guarded = guardedConnections();
  return guarded.length > 0 ? guarded : [defaultRedisResilience()];
}

/**
 * Returns the only one of {@link connectionsOf}.
 *
 * @throws {@link ConfigurationError} before the request's guard has run, if there are several guards
 */
export function onlyConnectionOf(ctx: Guarded): RedisResilience {
  return onlyConnection('requireRedis', connectionsOf(ctx));
}

export function send(ctx: ExtendableContext, answer: PlainResponse): void {
  ctx.status = answer.status;
  ctx.set(answer.headers);
  ctx.body = answer.body;
}
