import { isRedisResilienceError } from './errors.ts';
import { isAway } from './is-away.ts';

/**
 * Returns a promise with the same result, for a caller that may ignore the promise. If the promise rejects because Redis
 * is unavailable, or because `close()` or `pool.revoke` ended a lease, there is no unhandled rejection, which would end
 * the process. With any other error, an ignored promise becomes an unhandled rejection as usual.
 */
export function quietIfAway<T>(operation: Promise<T>): Promise<T> {
  const answer: Promise<T> = operation.catch((error: unknown) => {
    quietNow(() => answer, error);
    throw error;
  });
  return answer;
}

/** Like {@link quietIfAway}, for the promise that `answer` returns, which is about to be rejected with this error. */
export function quietNow(answer: () => Promise<unknown>, error: unknown): void {
  // `answer` is called in a later microtask, because the call that creates the promise may not have returned it yet.
  if (isAway(error) || isRevoked(error)) Promise.resolve().then(answer).catch(ignore);
}

/**
 * Whether a lease was ended while its work ran. The other LEASE_ENDED error, for the use of a leased client after the
 * lease, shows a mistake of the caller.
 */
function isRevoked(error: unknown): boolean {
  return isRedisResilienceError(error) && error.code === 'LEASE_ENDED' && error.outcome === 'unknown';
}

function ignore(): void {
  // A caller that awaits the promise gets the error all the same.
}
