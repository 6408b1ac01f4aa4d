export { redisGuard, redisGuard as default, type RedisGuardOptions } from './redis-guard.ts';
export { requireRedis, type RequireRedisOptions } from './require-redis.ts';
export { redisHealth, type RedisHealthOptions } from './redis-health.ts';
export { redisErrors } from './redis-errors.ts';
export type { RequestGuard } from '@redis-resilience/core/http';
