import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { LocalCounts } from '../../../packages/fallback/src/limits/local-counts.ts';
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

it('a flood of other keys does not make it forget a client that is blocked, even after its window', () => {
  const clock = new ManualClock();
  const counts = new LocalCounts(clock);
  const now = clock.wallNow();
  counts.set('attacker', { hits: 6, endsAt: now + 1_000, blockedUntil: now + 60_000 });
  clock.travel(2_000);
  for (let other = 0; other < 60_000; other++)
    counts.set(`other ${other}`, { hits: 1, endsAt: now + 60_000 });
  expect(counts.get('attacker')?.hits).toBe(6);
});

it('requests without a key share one window', () => {
  const windows = new LocalWindows(new ManualClock());
  const none = undefined as unknown as string;
  windows.adopt(none, 4, windows.increment(none, 60_000).resetTime.getTime());
  expect(windows.increment(none, 60_000).totalHits).toBe(5);
});
