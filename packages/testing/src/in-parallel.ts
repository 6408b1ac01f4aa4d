/** Runs `start` so many times at once. All have settled when it rejects, so that the caller knows what did start. */
export async function inParallel<T>(count: number, start: (index: number) => Promise<T>): Promise<T[]> {
  const results = await Promise.allSettled(Array.from({ length: count }, (_, index) => start(index)));
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
