import { expect, it } from 'vitest';
import { SlowLimit } from '../../../packages/core/src/circuit/slow-limit.ts';

/** One call of this duration each 10 ms, for so long; returns the time after it. */
function observe(limit: SlowLimit, durationMs: number, forMs: number, from = 0): number {
  for (let now = from; now < from + forMs; now += 10) limit.exceeded(durationMs, now);
  return from + forMs;
}

it('calls slow what is above a fixed limit, and learns nothing', () => {
  const limit = new SlowLimit(30);
  expect(limit.exceeded(30, 0)).toBe(false);
  expect(limit.exceeded(30.1, 0)).toBe(true);
  observe(limit, 900, 60_000);
  expect(limit.limitMs).toBe(30);
});

it('is 100 ms at least', () => {
  const limit = new SlowLimit();
  expect(limit.limitMs).toBe(100);
  observe(limit, 0.4, 60_000);
  expect(limit.limitMs).toBe(100);
  expect(limit.exceeded(100, 60_000)).toBe(false);
  expect(limit.exceeded(100.1, 60_000)).toBe(true);
});

it('is ten times the usual round trip on a distant server, from the first call on', () => {
  const limit = new SlowLimit();
  limit.exceeded(150, 0);
  expect(limit.limitMs).toBe(1_500);
  observe(limit, 150, 60_000);
  expect(limit.limitMs).toBeCloseTo(1_500);
});

it('samples one call per 100 ms, whatever the load', () => {
  const limit = new SlowLimit();
  limit.exceeded(20, 0);
  limit.exceeded(40, 99);
  expect(limit.limitMs).toBe(200);
  limit.exceeded(40, 100);
  expect(limit.limitMs).toBe(300);
});

it('does not learn within ten seconds that slow is usual', () => {
  const limit = new SlowLimit();
  const now = observe(limit, 1, 60_000);
  observe(limit, 500, 10_000, now);
  expect(limit.limitMs).toBeGreaterThan(100);
  expect(limit.limitMs).toBeLessThan(300);
});

it('does not learn it in a young process either', () => {
  const limit = new SlowLimit();
  const now = observe(limit, 1, 1_000);
  observe(limit, 500, 10_000, now);
  expect(limit.limitMs).toBeGreaterThan(100);
  expect(limit.limitMs).toBeLessThan(300);
});

it('learns a lasting change within minutes', () => {
  const limit = new SlowLimit();
  const now = observe(limit, 1, 60_000);
  observe(limit, 200, 300_000, now);
  expect(limit.limitMs).toBeGreaterThan(1_900);
});

it('forgets a first call that took long', () => {
  const limit = new SlowLimit();
  limit.exceeded(800, 0);
  observe(limit, 1, 60_000, 100);
  expect(limit.limitMs).toBe(100);
});
