import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { DialTimer } from '../../../packages/core/src/dialing/dial-timer.ts';

it('the next attempt waits for one that runs while the process stands still, but not for one that has failed', () => {
  const clock = new ManualClock();
  let fired = 0;
  const timer = new DialTimer(clock, () => void fired++);
  timer.set(100, true);
  clock.jump(150);
  clock.travel(0);
  expect(fired).toBe(0);
  timer.clear();

  timer.set(250, true);
  timer.set(250, false);
  clock.jump(150);
  clock.travel(0);
  expect(fired).toBe(1);
});
