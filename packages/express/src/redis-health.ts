import type { RedisResilience } from '@redis-resilience/core';
import {
  checkCalled,
  checkFramework,
  checkCritical,
  createHealthResponder,
  healthResponderReaders,
  warnOfGuardedProbe,
  warnOfUnansweredRoute,
  type HealthResponderOptions,
} from '@redis-resilience/core/http';
import {
  checkOptions,
  oneOrMoreResiliencesOf,
  resilienceOf,
  type OptionReaders,
} from '@redis-resilience/core/kit';
import { connectionsOf, routeOf, send, type Middleware } from './middleware.ts';
import { refuseAtMount } from './refuse-at-mount.ts';

/** Options of {@link redisHealth}. */
export interface RedisHealthOptions extends HealthResponderOptions {
  /**
   * The connection to report on. Default: the connections of all `redisGuard()`s in the process, or
   * `defaultRedisResilience()` if there are none. If `redisHealth()` is mounted after a `redisGuard()`, the default is
   * only the connection of that guard.
   */
  readonly resilience?: RedisResilience;
  /** Several connections to report on, instead of `resilience`. Default: none. */
  readonly resiliences?: readonly RedisResilience[];
}

const readers: OptionReaders<RedisHealthOptions> = {
  ...healthResponderReaders,
  resilience: resilienceOf,
  resiliences: oneOrMoreResiliencesOf,
};

/**
 * Handles GET and HEAD requests to `/livez`, `/readyz` and `/health/redis`. The endpoints respond from snapshots in
 * memory, without I/O. `/livez` always returns 200; the two others return 503 only while a critical connection is down.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 *
 * @example
 * app.use(redisHealth({ critical: ['sessions'], resiliences: [cache, sessions] }));
 */
export function redisHealth(options: RedisHealthOptions = {}): Middleware {
  checkCalled('redisHealth', options);
  const {
    resilience,
    resiliences = resilience && [resilience],
    ...endpoints
  } = checkOptions('redisHealth', options, readers);
  if (resiliences)
    checkCritical(
      'redisHealth',
      options.critical,
      resiliences.map(({ name }) => name),
    );
  const answerTo = createHealthResponder(endpoints);
  return function redisHealth(req, res, next) {
    checkFramework('redisHealth', typeof next === 'function', 'koa');
    const answer = answerTo(req.method, req.url, () => resiliences ?? connectionsOf(req));
    if (answer === undefined) {
      warnOfUnansweredRoute(routeOf(req), redisHealth, endpoints.paths);
      return next();
    }
    warnOfGuardedProbe(req.redisGuard);
    send(res, answer);
  };
}

refuseAtMount(redisHealth);
