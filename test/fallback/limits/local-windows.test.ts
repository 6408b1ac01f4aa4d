import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { LocalWindows } from '../../../packages/fallback/src/limits/local-windows.ts';

it('a flood of 200,000 other keys does not make it forget a busy one', () => {
  const windows = new LocalWindows(new ManualClock());
  for (let hits = 0; hits < 10; hits++) windows.increment('attacker', 60_000);
  for (let other = 0; other < 200_000; other++) windows.increment(`other ${other}`, 60_000);
  expect(windows.increment('attacker', 60_000).totalHits).toBe(11);
});

it('windows that have ended make room before all others', () => {
  const clock = new ManualClock();
  const windows = new LocalWindows(clock);
  for (let other = 0; other < 50_000; other++) windows.increment(`ended ${other}`, 1_000);
  clock.travel(1_000);
  windows.increment('quiet', 60_000);
  for (let other = 0; other < 49_000; other++) windows.increment(`other ${other}`, 60_000);
  expect(windows.increment('quiet', 60_000).totalHits).toBe(2);
});
