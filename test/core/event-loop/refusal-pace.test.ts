import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { systemClock, type Clock } from '../../../packages/core/src/clock.ts';
import { RefusalPace } from '../../../packages/core/src/event-loop/refusal-pace.ts';

/** A `RefusalPace` on the real event loop. `pauses` lists its timer delays, which are all shortened to one turn. */
function stage(): { readonly pace: RefusalPace; readonly pauses: number[] } {
  const pauses: number[] = [];
  const clock: Clock = {
    ...systemClock,
    setTimeout(callback, ms) {
      pauses.push(ms);
      setImmediate(callback);
      return {};
    },
  };
  return { pace: new RefusalPace(clock), pauses };
}

/** A caller that repeats its call immediately after each refusal, `times` times. */
async function askInALoop(pace: RefusalPace, times: number): Promise<void> {
  for (let count = 0; count < times; count++) {
    await new Promise<void>((resolve) => pace.later(resolve));
    // A caller usually awaits several promises between a refusal and its next call.
    for (let step = 0; step < 5; step++) await Promise.resolve();
  }
}

it('a caller that asks again and again is slowed after 50 refusals in a row', async () => {
  const { pace, pauses } = stage();
  await askInALoop(pace, 50);
  expect(pauses).toEqual([]);
  await askInALoop(pace, 10);
  expect(pauses).toEqual(Array.from({ length: 10 }, () => 10));
});

it('callers who ask once each are told in the next turn, however many they are', async () => {
  const { pace, pauses } = stage();
  let refused = 0;
  for (let count = 0; count < 1_000; count++) pace.later(() => refused++);
  expect(refused).toBe(0);
  await nextTurn();
  expect([refused, pauses]).toEqual([1_000, []]);
});

it('a caller is told in the next turn who comes from elsewhere while another one is slowed', async () => {
  const { pace, pauses } = stage();
  await askInALoop(pace, 60);
  await nextTurn();
  pauses.length = 0;
  let isRefused = false;
  pace.later(() => (isRefused = true));
  await nextTurn();
  expect([isRefused, pauses]).toEqual([true, []]);
});

it('a caller that awaits many promises between a refusal and its next call is slowed too', async () => {
  const { pace, pauses } = stage();
  for (let count = 0; count < 60; count++) {
    await new Promise<void>((resolve) => pace.later(resolve));
    for (let step = 0; step < 200; step++) await Promise.resolve();
  }
  expect(pauses).toHaveLength(10);
});
