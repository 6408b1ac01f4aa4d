import { isRedisResilienceError, type RedisResilienceError } from './errors.ts';

/**
 * Whether an error means that Redis could not be used, so that a fallback may answer in its place: an error of this
 * library, except a wrong option (`CONFIGURATION`) and a lost WATCH (`WATCH_LOST`), which the caller has to deal with.
 */
export function isAway(error: unknown): error is RedisResilienceError {
  return isRedisResilienceError(error) && error.code !== 'CONFIGURATION' && error.code !== 'WATCH_LOST';
}
