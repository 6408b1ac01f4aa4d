import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { afterRunning, runningTime } from '../../../packages/core/src/event-loop/after-running.ts';
import { watchThaws } from '../../../packages/core/src/event-loop/thaw-watches.ts';

function watched(): { clock: ManualClock; calledAt: number[]; call: () => void } {
  const clock = new ManualClock();
  watchThaws(clock, () => undefined);
  const calledAt: number[] = [];
  return { clock, calledAt, call: () => void calledAt.push(clock.now()) };
}

it('a wait in a process that runs is over on time', () => {
  const { clock, calledAt, call } = watched();
  afterRunning(clock, 200, call);
  clock.travel(199);
  expect(calledAt).toEqual([]);
  clock.travel(1);
  expect(calledAt).toEqual([200]);
});

it('a wait is longer by the time for which the process stood still, however often', () => {
  const { clock, calledAt, call } = watched();
  afterRunning(clock, 100, call);
  clock.travel(50);
  clock.jump(300);
  clock.travel(0);
  expect(calledAt).toEqual([]);
  clock.travel(50);
  clock.jump(400);
  clock.travel(0);
  expect(calledAt).toEqual([]);
  clock.travel(1_000);
  expect(calledAt).toHaveLength(1);
  expect(calledAt[0]).toBeGreaterThan(790);
  expect(calledAt[0]).toBeLessThanOrEqual(900);
});

it('a wait is prolonged by at most `mostMs`', () => {
  const { clock, calledAt, call } = watched();
  afterRunning(clock, 100, call, { mostMs: 30 });
  clock.jump(500);
  clock.travel(0);
  expect(calledAt).toEqual([]);
  clock.travel(30);
  expect(calledAt).toEqual([530]);
});

it('a wait that is cancelled ends without the call, also when its time is up', () => {
  const { clock, calledAt, call } = watched();
  const first = afterRunning(clock, 100, call);
  first();
  clock.travel(200);
  const second = afterRunning(clock, 100, call);
  clock.jump(500);
  clock.travel(0);
  second();
  clock.travel(2_000);
  expect(calledAt).toEqual([]);
});

it('a wait that is longer than a timer can be, or has no end, is not over when the first timer is', () => {
  const { clock, calledAt, call } = watched();
  const longestMs = 2 ** 31 - 1;
  afterRunning(clock, Infinity, call, { mostMs: Infinity });
  afterRunning(clock, 2 * longestMs + 1_000, call, { mostMs: 10 });
  for (let timer = 0; timer < 2; timer++) {
    clock.jump(longestMs);
    clock.travel(0);
  }
  clock.travel(900);
  expect(calledAt).toEqual([]);
  clock.travel(200);
  expect(calledAt).toHaveLength(1);
});

it('the running time stands still while the process does', () => {
  const { clock } = watched();
  clock.travel(100);
  const before = runningTime(clock);
  clock.jump(3_000);
  clock.travel(0);
  expect(runningTime(clock) - before).toBeLessThanOrEqual(250);
});
