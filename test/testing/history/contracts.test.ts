import {
  boundedStaleness,
  checkHistory,
  primaryLost,
  type Contract,
} from '@redis-resilience/testing/history';
import { expect, it } from 'vitest';
import { writtenHistory } from './written-history.ts';

function verdictOf(lines: readonly string[], ...contracts: readonly Contract[]): string {
  return checkHistory(writtenHistory(...lines), { contracts }).verdict;
}

it('a primary that was lost may take with it what was acknowledged in the window', () => {
  const history = ['a 0-1 set x 1 > OK', 'a 100-101 set x 2 > OK', 'b 200-201 get x > 1'];
  expect(verdictOf(history)).toBe('broken');
  expect(verdictOf(history, primaryLost([{ fromMs: 90, toMs: 150 }]))).toBe('holds');
});

it('a primary that was lost excuses nothing before its window or after it', () => {
  const contract = primaryLost([{ fromMs: 90, toMs: 150 }]);
  expect(verdictOf(['a 0-1 set x 1 > OK', 'b 200-201 get x > nil'], contract)).toBe('broken');
  expect(verdictOf(['a 160-161 set x 1 > OK', 'b 200-201 get x > nil'], contract)).toBe('broken');
  expect(verdictOf(['a 100-101 incr x > 1', 'b 200-201 get x > 2'], contract)).toBe('broken');
});

it('reads from a near cache may be as old as it promises, and no older', () => {
  const history = ['a 0-1 set x 1 > OK', 'a 100-101 set x 2 > OK', 'b 150-151 get x > 1'];
  expect(verdictOf(history)).toBe('broken');
  expect(verdictOf(history, boundedStaleness(60))).toBe('holds');
  expect(verdictOf(history, boundedStaleness(40))).toBe('broken');
});

it('a near cache hides nobody from their own writes, unless that is not promised', () => {
  const history = ['b 0-1 set x 1 > OK', 'b 100-101 set x 2 > OK', 'b 150-151 get x > 1'];
  expect(verdictOf(history, boundedStaleness(60))).toBe('broken');
  expect(verdictOf(history, boundedStaleness(60, { readYourWrites: false }))).toBe('holds');
});

it('a staleness that is no positive number is refused', () => {
  expect(() => boundedStaleness(0)).toThrow(RangeError);
});

it('each database is checked by itself', () => {
  const [write, read] = writtenHistory('a 0-1 set x 1 > OK', 'a 2-3 get x > nil');
  expect(
    checkHistory([
      { ...write, database: 'east' },
      { ...read, database: 'west' },
    ] as never).verdict,
  ).toBe('holds');
  expect(
    checkHistory([
      { ...write, database: 'east' },
      { ...read, database: 'east' },
    ] as never).verdict,
  ).toBe('broken');
});
