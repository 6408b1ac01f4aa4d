import { Inject, Injectable, Module } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import type { RedisSnapshot } from '@redis-resilience/core';
import { healthCheck, serviceStatus } from '@redis-resilience/core/http';
import { ConfigurationError } from '@redis-resilience/core';
import {
  booleanOf,
  checkArgument,
  checkOptions,
  nameOf,
  type OptionReader,
  type OptionReaders,
} from '@redis-resilience/core/kit';
import { RedisResilienceRegistry } from './redis-resilience.registry.ts';

/** Options of {@link RedisHealthIndicator.isHealthy}. */
export interface RedisHealthIndicatorOptions {
  /** The name of the connection. Default `default`. */
  readonly connection?: string;
  /**
   * Whether the service cannot work without the connection. If `true`, a connection that is down is reported as `down`,
   * with 503; if `false`, as `degraded`, with 200. Default `false`.
   */
  readonly critical?: boolean;
}

const readers: OptionReaders<RedisHealthIndicatorOptions> = { connection: nameOf, critical: booleanOf };

/** Terminus reports the indicator under this key, which it does not check. */
const keyOf: OptionReader = (key) => {
  if (typeof key === 'string' && key !== '') return;
  throw new ConfigurationError(
    "The first argument of isHealthy() is the key of the report. Write isHealthy('redis', { connection, critical }).",
  );
};

/**
 * The object with which an indicator of Terminus reports its result. The method `degraded` does not exist in
 * Terminus 11.
 */
interface Session<Key extends string> {
  up(data: Record<string, unknown>): HealthIndicatorResult<Key>;
  degraded?(data: Record<string, unknown>): HealthIndicatorResult<Key>;
  down(data: Record<string, unknown>): HealthIndicatorResult<Key>;
}

/**
 * Reports the health of a connection to Terminus. The indicator reads a snapshot and does no I/O. A
 * connection that does not exist is reported as `down`.
 *
 * | Redis | not critical | critical |
 * | --- | --- | --- |
 * | up | `up`, 200 | `up`, 200 |
 * | degraded | `degraded`, 200 | `degraded`, 200 |
 * | down | `degraded`, 200 | `down`, 503 |
 *
 * Terminus 11 has no status `degraded`. With Terminus 11, `up` is reported instead, with the same details, so that
 * readiness does not fail.
 *
 * @example
 * @Get('readyz') @HealthCheck()
 * ready() { return this.health.check([() => this.redis.isHealthy('redis', { critical: true })]); }
 */
@Injectable()
export class RedisHealthIndicator {
  readonly #health: HealthIndicatorService;
  readonly #registry: RedisResilienceRegistry;

  constructor(
    @Inject(HealthIndicatorService) health: HealthIndicatorService,
    @Inject(RedisResilienceRegistry) registry: RedisResilienceRegistry,
  ) {
    this.#health = health;
    this.#registry = registry;
  }

  /** @throws {@link ConfigurationError} when an option is unknown or invalid */
  isHealthy<const Key extends string>(
    key: Key,
    options: RedisHealthIndicatorOptions = {},
  ): HealthIndicatorResult<Key> {
    checkArgument('isHealthy.key', key, keyOf);
    const { connection, critical = false } = checkOptions('isHealthy', options, readers);
    const session: Session<Key> = this.#health.check(key);
    try {
      const snapshot = this.#registry.get(connection).snapshot();
      const status = serviceStatus(snapshot, critical);
      const data = describe(snapshot);
      return session[status]?.(data) ?? session.up(data);
    } catch (error) {
      return session.down({ message: (error as Error).message }); // there is no connection with this name
    }
  }
}

/** Returns the details to report. The status of Redis is in `state`, because Terminus reserves the key `status`. */
function describe(snapshot: RedisSnapshot): Record<string, unknown> {
  const { output, redis } = healthCheck(snapshot);
  const { status: state, ...details } = redis;
  return { state, ...(output !== undefined && { message: output }), ...details };
}

/** Provides {@link RedisHealthIndicator}. Import this module together with `TerminusModule`. */
@Module({ providers: [HealthIndicatorService, RedisHealthIndicator], exports: [RedisHealthIndicator] })
export class RedisHealthModule {}
