import { expect, it } from 'vitest';
import { FailureStreak } from '../../../packages/core/src/circuit/failure-streak.ts';

it('a failure streak counts all failures within 50 ms of the first as one event', () => {
  const streak = new FailureStreak();
  expect([1_000, 1_000, 1_030, 1_049].map((at) => streak.add(at))).toEqual([1, 1, 1, 1]);
  expect([1_050, 1_099, 1_100].map((at) => streak.add(at))).toEqual([2, 2, 3]);
});

it('a failure streak starts at one again after a reset, within the same 50 ms too', () => {
  const streak = new FailureStreak();
  streak.add(0);
  streak.add(50);
  streak.reset();
  expect([51, 90, 101].map((at) => streak.add(at))).toEqual([1, 1, 2]);
});
