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
import {
  send,
  setHeaders,
  type GuardedRequest,
  type GuardedResponse,
  type Middleware,
} from './middleware.ts';
import { refuseAtMount } from './refuse-at-mount.ts';
import { passRejectionsOn } from './rejected-handlers.ts';

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
 * in `req.redisGuard`; templates can use `res.locals.redisDegraded`. A request that arrives during the very first
 * connection attempt waits until the attempt has ended, for at most 250 ms.
 *
 * Mount the guard after `redisHealth()`, so that mode `reject` never rejects a health probe. With `budgetMs`, mount the
 * guard also after body parsers that lose the async context, such as multer.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 *
 * @example
 * app.use(redisGuard({ budgetMs: 300 }));
 * app.get('/cart', async (req, res) => {
 *   const cart = await req.redisGuard.execute((redis) => redis.get('cart'), { fallback: () => null });
 *   res.json({ cart, degraded: req.redisGuard.degraded });
 * });
 */
export function redisGuard(options: RedisGuardOptions = {}): Middleware {
  checkCalled('redisGuard', options);
  const { resilience, ...policy } = checkOptions('redisGuard', options, readers);
  // The default connection starts to connect now, so that it is ready when the first request arrives.
  let connection: RedisResilience = resilience ?? defaultRedisResilience();
  noteGuarded(() => connection);
  let latestApp: object | undefined;
  return function redisGuard(req, res, next) {
    checkFramework('redisGuard', typeof next === 'function', 'koa');
    // Almost always, all requests are for the same application. Comparing `req.app` with the last application avoids a
    // slower look-up.
    if (req.app !== latestApp) {
      latestApp = req.app;
      passRejectionsOn(req);
    }
    connection = resilience ?? defaultRedisResilience();
    const guard = createRequestGuard(connection);
    const deciding = untilDecided(connection, policy, guard.snapshot);
    if (deciding === undefined) return guardRequest(guard, policy, req, res, next);
    deciding.then((left) => guardRequest(createRequestGuard(connection), left, req, res, next)).catch(next);
  };
}

function guardRequest(
  guard: RequestGuard,
  policy: GuardPolicy,
  req: GuardedRequest,
  res: GuardedResponse,
  next: (error?: unknown) => void,
): void {
  req.redisGuard = guard;
  if (res.locals) res.locals['redisDegraded'] = guard.degraded;
  const refusal = refuseByPolicy(policy, guard);
  if (refusal) return send(res, refusal);
  setHeaders(res, headersByPolicy(policy, guard));
  runByPolicy(policy, next);
}

refuseAtMount(redisGuard);
