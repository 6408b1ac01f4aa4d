import { Inject } from '@nestjs/common';

export const DEFAULT_CONNECTION = 'default';

/** Returns the injection token of the client of a connection, for `overrideProvider` and custom providers. */
export function getRedisClientToken(name: string = DEFAULT_CONNECTION): string {
  return `RedisClient:${name}`;
}

/** Returns the injection token of the `RedisResilience` of a connection. */
export function getRedisResilienceToken(name: string = DEFAULT_CONNECTION): string {
  return `RedisResilience:${name}`;
}

/**
 * Injects the protected ioredis client of a connection.
 *
 * @example
 * constructor(@InjectRedis() redis: Redis, @InjectRedis('queue') queue: Redis) {}
 */
export function InjectRedis(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getRedisClientToken(name));
}

/** Injects the `RedisResilience` of a connection, which has `snapshot()`, `execute`, `applyOnce` and events. */
export function InjectRedisResilience(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getRedisResilienceToken(name));
}
