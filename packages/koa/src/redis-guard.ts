import type { Middleware } from 'koa';
import { defaultRedisResilience, type RedisResilience } from '@redis-resilience/core';
import {
  checkCalled,
  checkFramework,
  createRequestGuard,
  guardPolicyReaders,
  headersByPolicy,
  noteGuarded,
  refuseByPolicy,
  runByPolicy,
  untilDecided,
  type GuardPolicy,
  type RequestGuard,
} from '@redis-resilience/core/http';
import { checkOptions, resilienceOf, type OptionReaders } from '@redis-resilience/core/kit';
import { send } from './context.ts';

declare module 'koa' {
  interface ExtendableContext {
    /** The client, and the state of Redis when this request began. Set by `redisGuard()`. */
    redisGuard: RequestGuard;
  }
}

/** Options of {@link redisGuard}. */
export interface RedisGuardOptions extends GuardPolicy {
  /** The connection that requests use. Default: `defaultRedisResilience()`, which `redisGuard()` starts to connect. */
  readonly resilience?: RedisResilience;
}

const readers: OptionReaders<RedisGuardOptions> = {
  ...guardPolicyReaders,
  resilience: resilienceOf,
};

/**
 * Gives every request the client, and the state of Redis when the request began. Handlers find the client and the state
 * in `ctx.redisGuard`; templates can use `ctx.state.redisDegraded`. A request that arrives during the very first
 * connection attempt waits until the attempt has ended, for at most 250 ms.
 *
 * Mount the guard after `redisHealth()`, so that mode `reject` never rejects a health probe.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 *
 * @example
 * app.use(redisGuard({ budgetMs: 300 }));
 * app.use(async (ctx) => {
 *   const cart = await ctx.redisGuard.execute((redis) => redis.get('cart'), { fallback: () => null });
 *   ctx.body = { cart, degraded: ctx.redisGuard.degraded };
 * });
 */
export function redisGuard(options: RedisGuardOptions = {}): Middleware {
  checkCalled('redisGuard', options);
  const { resilience, ...policy } = checkOptions('redisGuard', options, readers);
  // The default connection starts to connect now, so that it is ready when the first request arrives.
  let connection: RedisResilience = resilience ?? defaultRedisResilience();
  noteGuarded(() => connection);
  return function redisGuard(ctx, next) {
    checkFramework('redisGuard', ctx.state !== undefined, 'express');
    connection = resilience ?? defaultRedisResilience();
    const guard = createRequestGuard(connection);
    const deciding = untilDecided(connection, policy, guard.snapshot);
    if (deciding === undefined) return guardRequest(guard, policy, ctx, next);
    return deciding.then((left) => guardRequest(createRequestGuard(connection), left, ctx, next));
  };
}

function guardRequest(
  guard: RequestGuard,
  policy: GuardPolicy,
  ...[ctx, next]: Parameters<Middleware>
): unknown {
  ctx.redisGuard = guard;
  ctx.state['redisDegraded'] = guard.degraded;
  const refusal = refuseByPolicy(policy, guard);
  if (refusal) return send(ctx, refusal);
  ctx.set(headersByPolicy(policy, guard));
  return runByPolicy(policy, next);
}
