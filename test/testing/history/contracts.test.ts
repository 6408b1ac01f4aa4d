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

it('a near cache hides no own write to the later keys of a command', () => {
  const write = 'b 0-1 mset x 1 y 1 > OK';
  const read = 'b 150-151 mget x y > [1 1]';
  const contract = boundedStaleness(60);
  expect(verdictOf([write, 'a 100-101 set y 2 > OK', read], contract)).toBe('holds');
  expect(verdictOf([write, 'b 100-101 set y 2 > OK', read], contract)).toBe('broken');
  expect(verdictOf([write, 'b 100-101 mset x 1 y 2 > OK', 'b 150-151 get y > 1'], contract)).toBe('broken');
});

it('an own write to another database does not count as one to the same key', () => {
  const [one, other, read] = writtenHistory(
    'a 0-1 set x 1 > OK',
    'a 140-141 set x 2 > OK',
    'a 150-151 get x > nil',
  );
  const history = [
    { ...one, database: 'west', process: 'b', invokedAt: 100, returnedAt: 101 },
    { ...other, database: 'east' },
    { ...read, database: 'west' },
  ];
  expect(checkHistory(history as never, { contracts: [boundedStaleness(60)] }).verdict).toBe('holds');
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
