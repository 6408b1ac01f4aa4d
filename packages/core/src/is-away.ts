import { isRedisResilienceError, type RedisResilienceError } from './errors.ts';

/**
 * Returns whether an error means that Redis could not be used, so that a fallback may take over. The result is true for
 * all errors of this library except three that the caller has to handle: a wrong option (`CONFIGURATION`), a lost WATCH
 * (`WATCH_LOST`) and an ended lease (`LEASE_ENDED`).
 */
export function isAway(error: unknown): error is RedisResilienceError {
  return isRedisResilienceError(error) && !ofCaller.has(error.code);
}

const ofCaller: ReadonlySet<string> = new Set(['CONFIGURATION', 'WATCH_LOST', 'LEASE_ENDED']);
