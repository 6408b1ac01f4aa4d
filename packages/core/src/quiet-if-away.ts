import { isAway } from './is-away.ts';

/**
 * Returns a promise with the same result, which does not become an unhandled rejection if Redis is unavailable and the
 * caller ignores the promise: an outage must not crash the process. All other errors remain as loud as ever.
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
  if (isAway(error)) Promise.resolve().then(answer).catch(ignore);
}

function ignore(): void {
  // A caller who looks at the promise gets the error.
}
