import { isRedisResilienceError, type RedisResilienceError } from './errors.ts';

/**
 * Returns whether an error means that Redis was unavailable, so that a fallback may respond instead. True for all
 * errors of this library except a wrong option (`CONFIGURATION`), a lost WATCH (`WATCH_LOST`) and an ended lease
 * (`LEASE_ENDED`), which the caller has to handle.
 */
export function isAway(error: unknown): error is RedisResilienceError {
  return isRedisResilienceError(error) && !ofCaller.has(error.code);
}

const ofCaller: ReadonlySet<string> = new Set(['CONFIGURATION', 'WATCH_LOST', 'LEASE_ENDED']);
