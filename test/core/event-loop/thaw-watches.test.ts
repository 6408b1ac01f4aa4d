import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import {
  stallDetectorOf,
  unwatchThaws,
  watchThaws,
} from '../../../packages/core/src/event-loop/thaw-watches.ts';

it('one pulse tells all who watch that the process stood still, and beats until the last one is gone', () => {
  const clock = new ManualClock();
  const told: string[] = [];
  const a = (_: unknown, durationMs: number): void => void told.push(`a ${durationMs}`);
  const b = (_: unknown, durationMs: number): void => void told.push(`b ${durationMs}`);
  watchThaws(clock, a);
  watchThaws(clock, b);
  expect(clock.pendingTimers).toBe(1);
  clock.jump(5_250);
  clock.travel(0);
  expect(told).toEqual(['a 5000', 'b 5000']);

  unwatchThaws(clock, a);
  unwatchThaws(clock, a);
  clock.jump(5_250);
  clock.travel(0);
  expect(told).toEqual(['a 5000', 'b 5000', 'b 5000']);

  unwatchThaws(clock, b);
  expect([clock.pendingTimers, stallDetectorOf(clock).lagMs]).toEqual([0, 0]);
});

it('a clock of its own has a pulse of its own', () => {
  const [first, second] = [new ManualClock(), new ManualClock()];
  expect(stallDetectorOf(first)).not.toBe(stallDetectorOf(second));
  expect(stallDetectorOf(first)).toBe(stallDetectorOf(first));
});
