// express-rate-limit
export {
  resilientRateLimitStore,
  type RateLimitStore,
  type RateLimitStoreOptions,
  type ResilientRateLimitStore,
} from './limits/rate-limit-store.ts';
export { sendCommandOf } from './limits/send-command.ts';

// rate-limiter-flexible
export {
  resilientLimiter,
  type FlexibleLimiter,
  type LimiterAnswer,
  type ResilientLimiterOptions,
} from './limits/flexible-limiter.ts';

// koa-ratelimit
export { resilientKoaLimiter, type KoaLimiterOptions } from './limits/koa-limiter.ts';

// @nestjs/throttler
export {
  throttlerStorage,
  type ThrottlerRecord,
  type ThrottlerStorage,
  type ThrottlerStorageOptions,
} from './limits/throttler-storage.ts';
