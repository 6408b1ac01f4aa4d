export {
  resilientRateLimitStore,
  type RateLimitStore,
  type RateLimitStoreOptions,
  type ResilientRateLimitStore,
} from './limits/rate-limit-store.ts';
export { sendCommandOf } from './limits/send-command.ts';
export {
  resilientLimiter,
  type FlexibleLimiter,
  type LimiterAnswer,
  type ResilientLimiterOptions,
} from './limits/flexible-limiter.ts';
export { resilientKoaLimiter, type KoaLimiterOptions } from './limits/koa-limiter.ts';
export type { WhenAway } from './limits/limit-options.ts';
