import type { ErrorHandler, MiddlewareHandler } from 'hono';
import type { RedisResilience } from '@redis-resilience/core';
import {
  createHealthResponder,
  createRequestGuard,
  refuseWithout,
  renderError,
  runByPolicy,
  untilDecided,
  type GuardPolicy,
  type PlainResponse,
  type RequestGuard,
} from '@redis-resilience/core/http';

/** What a context holds: the state of Redis at the start of this request, and the client. */
export interface Guarded {
  readonly Variables: { redisGuard: RequestGuard };
}

/** Gives every request a guard, and answers the health endpoints. */
export function redisGuard(
  resilience: RedisResilience,
  policy: GuardPolicy = {},
): MiddlewareHandler<Guarded> {
  const health = createHealthResponder();
  return async (c, next) => {
    const answer = health(c.req.method, c.req.path, () => [resilience]);
    if (answer !== undefined) return responseOf(answer);
    const left = (await untilDecided(resilience, policy)) ?? policy;
    c.set('redisGuard', createRequestGuard(resilience));
    return runByPolicy(left, next);
  };
}

/** Refuses the requests of a route while reads or writes are away. */
export function requireRedis(lane: 'read' | 'write'): MiddlewareHandler<Guarded> {
  return async (c, next) => {
    const refusal = refuseWithout(lane, c.var.redisGuard.snapshot);
    return refusal === undefined ? next() : responseOf(refusal);
  };
}

/** Answers errors of Redis with 503; any other error goes to the handler that you give. */
export function redisErrors(otherwise: ErrorHandler): ErrorHandler {
  return (error, c) => {
    const answer = renderError(error);
    return answer === undefined ? otherwise(error, c) : responseOf(answer);
  };
}

function responseOf({ status, headers, body }: PlainResponse): Response {
  return new Response(body, { status, headers });
}
