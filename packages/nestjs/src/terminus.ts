export { RedisHealthIndicator, RedisHealthModule, type RedisHealthIndicatorOptions } from './redis.health.ts';
