import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../../packages/core/src/circuit/retry-budget.ts';

function tryTake(budget: RetryBudget): boolean {
  const { allowsRetry } = budget;
  if (allowsRetry) budget.take();
  return allowsRetry;
}

function emptyBudget(now: () => number): RetryBudget {
  const budget = new RetryBudget({ now });
  for (let retry = 0; retry < 20; retry++) budget.take();
  return budget;
}

describe('retry budget', () => {
  it('starts with 100 tokens', () => {
    expect(new RetryBudget({ now: () => 0 }).level).toBe(100);
  });

  it('takes 5 tokens for a retry', () => {
    const budget = new RetryBudget({ now: () => 0 });
    expect(tryTake(budget)).toBe(true);
    expect(budget.level).toBe(95);
  });

  it('gains one token for a success at the first try, up to its capacity', () => {
    const budget = new RetryBudget({ now: () => 0 }, 50);
    budget.take();
    for (let call = 0; call < 4; call++) budget.succeededFirstTry();
    expect(budget.level).toBe(49);
    budget.succeededFirstTry();
    budget.succeededFirstTry();
    expect(budget.level).toBe(50);
  });

  it('spends its last token and no more', () => {
    const budget = emptyBudget(() => 0);
    expect(budget.level).toBe(0);
    for (let call = 0; call < 5; call++) budget.succeededFirstTry();
    budget.take();
    expect(budget.level).toBe(0);
    for (let call = 0; call < 4; call++) budget.succeededFirstTry();
    budget.take();
    expect(budget.level).toBe(4);
  });

  it('asking whether a retry may be sent takes nothing', () => {
    const budget = emptyBudget(() => 0);
    for (let look = 0; look < 10; look++) expect(budget.allowsRetry).toBe(true);
  });

  it('lets three retries a second pass when it is empty', () => {
    let now = 5_000;
    const budget = emptyBudget(() => now);
    const attempt = () => tryTake(budget);
    expect([attempt(), attempt(), attempt(), attempt()]).toEqual([true, true, true, false]);
    now += 999;
    expect(attempt()).toBe(false);
    now += 1;
    expect([attempt(), attempt(), attempt(), attempt()]).toEqual([true, true, true, false]);
    expect(budget.level).toBe(0);
  });

  it('slides its second, rather than counting from fixed ones', () => {
    let now = 900;
    const budget = emptyBudget(() => now);
    const attemptAt = (at: number) => {
      now = at;
      return tryTake(budget);
    };
    expect([900, 950, 990, 1_000, 1_899, 1_900, 1_949, 1_950].map(attemptAt)).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  it('lives on its free retries alone without tokens', () => {
    const budget = new RetryBudget({ now: () => 0 }, 0);
    budget.succeededFirstTry();
    expect(budget.level).toBe(0);
    expect([1, 2, 3, 4].map(() => tryTake(budget))).toEqual([true, true, true, false]);
  });

  it('agrees with an exact log: bounded, never below zero, never under the free retries', () => {
    const step = fc.oneof(
      fc.record({ type: fc.constant('take') }),
      fc.record({ type: fc.constant('success'), count: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ type: fc.constant('wait'), ms: fc.integer({ min: 0, max: 1_500 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 0, max: 120 }), (steps, capacity) => {
        let now = 0;
        let level = capacity;
        const free: number[] = [];
        const budget = new RetryBudget({ now: () => now }, capacity);
        for (const action of steps) {
          if ('ms' in action) now += action.ms;
          else if ('count' in action) {
            for (let call = 0; call < action.count; call++) budget.succeededFirstTry();
            level = Math.min(capacity, level + action.count);
          } else {
            const paid = level >= 5;
            const freeLately = free.filter((at) => at > now - 1_000).length;
            expect(tryTake(budget)).toBe(paid || freeLately < 3);
            if (paid) level -= 5;
            else if (freeLately < 3) free.push(now);
          }
          expect(budget.level).toBe(level);
          expect(budget.level).toBeGreaterThanOrEqual(0);
          expect(budget.level).toBeLessThanOrEqual(capacity);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('bounds retries to a fifth of the calls and a burst of twenty, beside the free ones', () => {
    let now = 0;
    const budget = new RetryBudget({ now: () => now });
    let retries = 0;
    for (let call = 0; call < 10_000; call++) {
      if (call % 2 === 0) budget.succeededFirstTry();
      else if (tryTake(budget)) retries++;
      now += 1;
    }
    expect(retries).toBeGreaterThan(1_000);
    expect(retries).toBeLessThanOrEqual(20 + 1_000 + 3 * 10);
  });
});
