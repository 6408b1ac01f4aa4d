export {
  CacheTtl,
  REDIS_CACHE,
  REDIS_CACHE_OPTIONS,
  RedisCacheInterceptor,
  type RedisCacheInterceptorOptions,
} from './nestjs/redis-cache.interceptor.ts';
