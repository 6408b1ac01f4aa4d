import { isRedisResilienceError } from './errors.ts';
import { isAway } from './is-away.ts';

/**
 * Returns a promise with the same result, which does not become an unhandled rejection if the caller ignores the promise
 * and Redis is unavailable, or `close()` or `pool.maxLeaseMs` ends a lease: neither must crash the process. All other
 * errors remain as loud as ever.
 */
export function quietIfAway<T>(operation: Promise<T>): Promise<T> {
  const answer: Promise<T> = operation.catch((error: unknown) => {
    quietNow(() => answer, error);
    throw error;
  });
  return answer;
}

/** Like {@link quietIfAway}, for a promise that is about to be rejected with this error. */
export function quietNow(answer: () => Promise<unknown>, error: unknown): void {
  // `answer` is called in a later microtask, because the call that creates the promise may not have returned it yet.
  if (isAway(error) || isRevoked(error)) Promise.resolve().then(answer).catch(ignore);
}

/** Whether a lease was ended while its work ran, rather than used after its end, which is a mistake of the caller. */
function isRevoked(error: unknown): boolean {
  return isRedisResilienceError(error) && error.code === 'LEASE_ENDED' && error.outcome === 'unknown';
}

function ignore(): void {
  // A caller who looks at the promise gets the error.
}
