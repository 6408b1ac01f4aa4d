import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { OnceQueue } from '../../../packages/core/src/verbs/once-queue.ts';

const degraded = { snapshot: () => ({ status: 'degraded', connection: 'ready' }), on: () => () => undefined };

/**
 * Returns how many waiting calls were allowed to try again in each of the first periods of 100 ms, if every retry
 * succeeds or every retry fails.
 */
async function released(succeed: boolean, periods: number): Promise<readonly number[]> {
  const clock = new ManualClock();
  const queue = new OnceQueue(degraded as never, clock, { maxWaiting: 2000 });
  const left: number[] = [];
  for (let call = 0; call < 1000; call++) {
    void queue.wait(undefined).then(() => {
      if (succeed) queue.noteServed();
    });
  }
  for (let period = 0; period < periods; period++) {
    left.push(queue.length);
    await clock.travelAsync(100);
  }
  return left.slice(1).map((length, at) => (left[at] as number) - length);
}

it('calls that wait on a degraded server follow ever faster while retries succeed', async () => {
  await expect(released(true, 6)).resolves.toEqual([1, 2, 4, 8, 16]);
});

it('one call that waits on a degraded server retries at a time while none succeeds', async () => {
  await expect(released(false, 4)).resolves.toEqual([1, 1, 1]);
});
