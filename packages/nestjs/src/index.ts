// Connections
export { RedisResilienceModule } from './redis-resilience.module.ts';
export type {
  RedisResilienceModuleExtras,
  RedisResilienceModuleOptions,
  RedisResilienceOptionsFactory,
} from './redis-resilience.options.ts';
export { RedisResilienceRegistry } from './redis-resilience.registry.ts';
export {
  getRedisClientToken,
  getRedisResilienceToken,
  InjectRedis,
  InjectRedisResilience,
} from './tokens.ts';

// Requests
export { RequireRedis, RequireRedisGuard, type RequireRedisOptions } from './require-redis.guard.ts';
export { RedisState } from './redis-state.decorator.ts';
export {
  REDIS_GUARD_OPTIONS,
  RedisGuardInterceptor,
  UseRedisGuard,
  type RedisGuardOptions,
} from './redis-guard.interceptor.ts';
export { RedisFallback, type Fallback } from './redis-fallback.decorator.ts';
export { RedisExceptionFilter } from './redis-exception.filter.ts';
export { RedisRefusedException } from './redis-refused.exception.ts';
export { RequestGuard } from '@redis-resilience/core/http';

// Health
export {
  RedisHealthEndpointsModule,
  type RedisHealthEndpointsOptions,
} from './redis-health-endpoints.module.ts';
