import { expect, it } from 'vitest';
import { SlowLimit } from '../../../packages/core/src/circuit/slow-limit.ts';

/** Reports one call of this duration every 10 ms, for `forMs` milliseconds; returns the time at the end. */
function observe(limit: SlowLimit, durationMs: number, forMs: number, from = 0): number {
  for (let now = from; now < from + forMs; now += 10) limit.exceeded(durationMs, now);
  return from + forMs;
}

it('a fixed slow limit calls slow all that is above it, and learns nothing', () => {
  const limit = new SlowLimit(1_000, 30);
  expect(limit.exceeded(30, 0)).toBe(false);
  expect(limit.exceeded(30.1, 0)).toBe(true);
  observe(limit, 900, 60_000);
  expect(limit.limitMs).toBe(30);
});

it('the slow limit is half of the deadline, however fast the server', () => {
  const limit = new SlowLimit(1_000);
  expect(limit.limitMs).toBe(500);
  observe(limit, 0.4, 60_000);
  expect(limit.limitMs).toBe(500);
  expect(limit.exceeded(500, 60_000)).toBe(false);
  expect(limit.exceeded(500.1, 60_000)).toBe(true);
});

it.each([5, 50, 120, 200, 249])(
  'the slow limit is half of the deadline at a round trip of %d ms too',
  (roundTripMs) => {
    const limit = new SlowLimit(1_000);
    observe(limit, roundTripMs, 60_000);
    expect(limit.limitMs).toBe(500);
  },
);

it('the slow limit is twice the usual round trip of a distant server, from the first call on', () => {
  const limit = new SlowLimit(1_000);
  limit.exceeded(400, 0);
  expect(limit.limitMs).toBe(800);
  observe(limit, 400, 60_000);
  expect(limit.limitMs).toBeCloseTo(800);
});

it('the slow limit learns from a first call that is slow as from any first call', () => {
  const limit = new SlowLimit(1_000);
  expect(limit.exceeded(800, 0)).toBe(true);
  expect(limit.limitMs).toBe(900);
});

it('the slow limit is never above nine tenths of the deadline', () => {
  const limit = new SlowLimit(1_000);
  observe(limit, 700, 60_000);
  expect(limit.limitMs).toBe(900);
});

it('the slow limit samples one call per 100 ms, whatever the load', () => {
  const limit = new SlowLimit(1_000);
  limit.exceeded(300, 0);
  limit.exceeded(400, 99);
  expect(limit.limitMs).toBe(600);
  limit.exceeded(400, 100);
  expect(limit.limitMs).toBe(700);
});

it.each([60_000, 1_000])(
  'the slow limit does not learn within ten seconds that slow is usual, after %d ms of calm',
  (calmMs) => {
    const limit = new SlowLimit(1_000);
    const now = observe(limit, 1, calmMs);
    observe(limit, 800, 10_000, now);
    expect(limit.limitMs).toBe(500);
  },
);

it('the slow limit learns a lasting change within minutes', () => {
  const limit = new SlowLimit(1_000);
  const now = observe(limit, 1, 60_000);
  observe(limit, 700, 120_000, now);
  expect(limit.limitMs).toBeGreaterThan(700);
});

it('the slow limit forgets a first call that took long', () => {
  const limit = new SlowLimit(1_000);
  limit.exceeded(800, 0);
  observe(limit, 1, 60_000, 100);
  expect(limit.limitMs).toBe(500);
});
