import { Inject } from '@nestjs/common';

export const DEFAULT_CONNECTION = 'default';

/** The injection token of a connection's client, for `overrideProvider` and custom providers. */
export function getRedisClientToken(name: string = DEFAULT_CONNECTION): string {
  return `RedisClient:${name}`;
}

/** The injection token of a connection's RedisResilience. */
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

/** Injects a connection's RedisResilience: its snapshot, `execute`, `applyOnce`, events. */
export function InjectRedisResilience(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getRedisResilienceToken(name));
}
