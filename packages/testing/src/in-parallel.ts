/**
 * Calls `start` as many times as `count` says, concurrently, and resolves with all results. If a call rejects, waits
 * until all calls have settled, and then rejects, so that the caller can clean up.
 */
export async function inParallel<T>(count: number, start: (index: number) => Promise<T>): Promise<T[]> {
  const results = await Promise.allSettled(Array.from({ length: count }, (_, index) => start(index)));
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
