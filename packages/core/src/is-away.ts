import { isRedisResilienceError, type RedisResilienceError } from './errors.ts';

/**
 * Whether an error means that Redis could not be used, so that a fallback may answer in its place: an error of this
 * library, except a wrong option (`CONFIGURATION`), a lost WATCH (`WATCH_LOST`) and a lease that is over (`LEASE_ENDED`),
 * which the caller has to deal with.
 */
export function isAway(error: unknown): error is RedisResilienceError {
  return isRedisResilienceError(error) && !ofCaller.has(error.code);
}

const ofCaller: ReadonlySet<string> = new Set(['CONFIGURATION', 'WATCH_LOST', 'LEASE_ENDED']);
