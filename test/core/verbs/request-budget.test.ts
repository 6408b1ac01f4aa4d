import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import {
  currentRequestBudget,
  remainingBudgetMs,
  RequestBudget,
  runWithBudget,
} from '../../../packages/core/src/verbs/request-budget.ts';

describe('the budget of a request', () => {
  it('counts the time in which something was pending, once', () => {
    const budget = new RequestBudget(100);
    budget.startWaiting(0);
    budget.startWaiting(10);
    budget.stopWaiting(30);
    expect(budget.remainingMs(40)).toBe(60);
    budget.stopWaiting(50);
    expect(budget.remainingMs(1_000)).toBe(50);
    budget.startWaiting(1_000);
    expect(budget.isSpent(1_049)).toBe(false);
    expect(budget.isSpent(1_050)).toBe(true);
    expect(budget.remainingMs(2_000)).toBe(0);
  });

  it('is spent from the start when it is nothing', () => {
    expect(new RequestBudget(0).isSpent(0)).toBe(true);
  });

  it('holds for all that a request starts, also later, and for nothing else', async () => {
    const clock = new ManualClock();
    expect(currentRequestBudget()).toBeUndefined();
    const later = runWithBudget(100, async () => {
      await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      return remainingBudgetMs(clock);
    });
    expect(remainingBudgetMs(clock)).toBeUndefined();
    expect(await later).toBe(100);
  });

  it('replaces another one that it is set within', () => {
    const clock = new ManualClock();
    const left = runWithBudget(100, () => runWithBudget(500, () => remainingBudgetMs(clock)));
    expect(left).toBe(500);
  });

  it('returns what its work returns, and throws what it throws', () => {
    expect(runWithBudget(100, () => 'done')).toBe('done');
    expect(() =>
      runWithBudget(100, () => {
        throw new TypeError('a mistake');
      }),
    ).toThrow(TypeError);
  });
});
