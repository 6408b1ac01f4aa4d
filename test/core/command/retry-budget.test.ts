import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RetryBudget } from '../../../packages/core/src/command/retry-budget.ts';
import type { RetryKind } from '../../../packages/core/src/command/retry-budget.ts';

const cost = { plain: 10, throttled: 5, timeout: 20 } as const;
const kinds = ['plain', 'throttled', 'timeout'] as const;

function emptyBudget(now: () => number): RetryBudget {
  const budget = new RetryBudget(now);
  for (let retry = 0; retry < 10; retry++) budget.tryTake('plain');
  return budget;
}

describe('retry budget', () => {
  it('starts with 100 tokens', () => {
    expect(new RetryBudget(() => 0).level).toBe(100);
  });

  it.each(kinds)('takes the price of a %s retry', (kind) => {
    const budget = new RetryBudget(() => 0);
    expect(budget.tryTake(kind)).toBe(true);
    expect(budget.level).toBe(100 - cost[kind]);
  });

  it('gains one token for a success at the first try, up to its capacity', () => {
    const budget = new RetryBudget(() => 0, 50);
    budget.tryTake('throttled');
    for (let call = 0; call < 4; call++) budget.succeededFirstTry();
    expect(budget.level).toBe(49);
    budget.succeededFirstTry();
    budget.succeededFirstTry();
    expect(budget.level).toBe(50);
  });

  it('gives back the price of a retry that succeeded, up to its capacity', () => {
    const budget = new RetryBudget(() => 0);
    budget.tryTake('timeout');
    budget.tryTake('plain');
    budget.refund('plain');
    expect(budget.level).toBe(80);
    budget.succeededFirstTry();
    budget.refund('timeout');
    expect(budget.level).toBe(100);
  });

  it('spends its last token and no more', () => {
    const budget = emptyBudget(() => 0);
    expect(budget.level).toBe(0);
    for (let call = 0; call < 9; call++) budget.succeededFirstTry();
    budget.tryTake('plain');
    expect(budget.level).toBe(9);
  });

  it('lets three retries a second pass when it is empty', () => {
    let now = 5_000;
    const budget = emptyBudget(() => now);
    const attempt = () => budget.tryTake('timeout');
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
      return budget.tryTake('plain');
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

  it('lives on the floor alone without tokens', () => {
    const budget = new RetryBudget(() => 0, 0);
    budget.succeededFirstTry();
    budget.refund('timeout');
    expect(budget.level).toBe(0);
    expect(kinds.map((kind) => budget.tryTake(kind))).toEqual([true, true, true]);
    expect(budget.tryTake('throttled')).toBe(false);
  });

  it('agrees with an exact log: bounded, never below zero, never under the floor', () => {
    const step = fc.oneof(
      fc.record({ type: fc.constantFrom('take', 'refund'), kind: fc.constantFrom<RetryKind>(...kinds) }),
      fc.record({ type: fc.constant('success'), count: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ type: fc.constant('wait'), ms: fc.integer({ min: 0, max: 1_500 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 0, max: 120 }), (steps, capacity) => {
        let now = 0;
        let level = capacity;
        const free: number[] = [];
        const budget = new RetryBudget(() => now, capacity);
        for (const action of steps) {
          if ('ms' in action) now += action.ms;
          else if ('count' in action) {
            for (let call = 0; call < action.count; call++) budget.succeededFirstTry();
            level = Math.min(capacity, level + action.count);
          } else if (action.type === 'refund') {
            budget.refund(action.kind);
            level = Math.min(capacity, level + cost[action.kind]);
          } else {
            const paid = level >= cost[action.kind];
            const freeLately = free.filter((at) => at > now - 1_000).length;
            expect(budget.tryTake(action.kind)).toBe(paid || freeLately < 3);
            if (paid) level -= cost[action.kind];
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

  it('bounds retries to a tenth of the calls and a burst of ten, beside the floor', () => {
    let now = 0;
    const budget = new RetryBudget(() => now);
    let retries = 0;
    for (let call = 0; call < 10_000; call++) {
      if (call % 2 === 0) budget.succeededFirstTry();
      else if (budget.tryTake('plain')) retries++;
      now += 1;
    }
    expect(retries).toBeGreaterThan(500);
    expect(retries).toBeLessThanOrEqual(10 + 500 + 3 * 10);
  });
});
