import type { FastifyInstance, FastifyReply, preHandlerHookHandler } from 'fastify';
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

declare module 'fastify' {
  interface FastifyRequest {
    /** The state of Redis at the start of this request, and the client. */
    redisGuard: RequestGuard;
  }
}

/** Gives every request a guard, answers the health endpoints, and errors of Redis with 503. */
export function redisGuard(
  app: FastifyInstance,
  resilience: RedisResilience,
  policy: GuardPolicy = {},
): void {
  const health = createHealthResponder();
  app.decorateRequest('redisGuard');
  app.addHook('onRequest', async (request, reply) => {
    const answer = health(request.method, request.url, () => [resilience]);
    if (answer !== undefined) return send(reply, answer);
    await untilDecided(resilience, policy);
    request.redisGuard = createRequestGuard(resilience);
  });
  // With a callback, not async: what follows runs within the budget only when `done` is called within it.
  app.addHook('preHandler', (_request, _reply, done) => runByPolicy(policy, done));
  app.setErrorHandler((error, _request, reply) => {
    const answer = renderError(error);
    return answer === undefined ? reply.send(error) : send(reply, answer); // sent again: Fastify's own handler
  });
}

/** Refuses the requests of a route while reads or writes are away. */
export function requireRedis(lane: 'read' | 'write'): preHandlerHookHandler {
  return (request, reply, done) => {
    const refusal = refuseWithout(lane, request.redisGuard.snapshot);
    if (refusal === undefined) done();
    else void send(reply, refusal);
  };
}

function send(reply: FastifyReply, { status, headers, body }: PlainResponse): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
