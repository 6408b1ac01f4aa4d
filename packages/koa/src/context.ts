import type { ExtendableContext } from 'koa';
import { defaultRedisResilience, type RedisResilience } from '@redis-resilience/core';
import type { PlainResponse, RequestGuard } from '@redis-resilience/core/http';

/** The resilience that was given, else the one of the request's guard, else the default one. */
export function resilienceFor(
  ctx: { readonly redisGuard?: RequestGuard },
  given?: RedisResilience,
): RedisResilience {
  return given ?? ctx.redisGuard?.resilience ?? defaultRedisResilience();
}

export function send(ctx: ExtendableContext, answer: PlainResponse): void {
  ctx.status = answer.status;
  ctx.set(answer.headers);
  ctx.body = answer.body;
}
