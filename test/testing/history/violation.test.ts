import { checkHistory, type HistoryVerdict, type Violation } from '@redis-resilience/testing/history';
import { expect, it } from 'vitest';
import { randomHistory } from '../../bench/history/random-history.ts';
import { writtenHistory } from './written-history.ts';

it('of many operations, those are shown that cannot be explained', () => {
  const noise = randomHistory({ seed: 3, operations: 200, processes: 4, keys: 1, failures: 0.1 }).map(
    (operation) => ({ ...operation, invokedAt: operation.invokedAt + 10, returnedAt: 9_000 }),
  );
  const history = [
    ...writtenHistory('a 0-1 set text-0 lost > OK', 'a 2-3 del text-0 > 1', 'b 4-5 get text-0 > lost'),
    ...noise,
  ];
  const violation = onlyViolation(checkHistory(history));
  expect(violation.keys).toEqual(['text-0']);
  expect(violation.operations).toEqual(history.slice(0, 3));
});

it('a violation is a picture as text, with the process of each operation', () => {
  const history = writtenHistory(
    'a 0-3 set x 1 > OK',
    'b 1-2 get x > 1',
    'c 4-5 get x > nil',
    'd 4- set x 2',
  );
  expect(onlyViolation(checkHistory(history)).text).toBe(
    `Not linearizable: 2 of 4 operations on "x".
  a  ├ set x 1 → OK ─┤
  c                    ├ get x → null ─┤
After set x 1, get x answers 1, not null. No other order explains it either.`,
  );
});

it('a violation is an SVG document that holds what it shows as text only', () => {
  const history = writtenHistory('a 0-1 set x <script>&"\u0001 > OK', 'b 2-3 get x > nil');
  const { svg } = onlyViolation(checkHistory(history));
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="\d+" height="\d+"/);
  expect(svg).toContain('set x &lt;script&gt;&amp;"· → OK');
});

it('where a picture would be too wide, the operations are listed with their times', () => {
  const values = ['1', '2', '3', '4'].map((end) => 'long'.repeat(9) + end);
  const pushes = values.map(
    (value, index) => `a ${2 * index}-${2 * index + 1} rpush l ${value} > ${index + 1}`,
  );
  const history = writtenHistory(...pushes, `b 8-9 lrange l 0 -1 > [${values.toReversed().join(' ')}]`);
  const { text } = onlyViolation(checkHistory(history));
  expect(text).toContain(`  0.000 to 1.000 ms  a: rpush l ${values[1]} → 2\n`);
});

it('a violation is found although others are undecided', () => {
  const pushes = Array.from({ length: 12 }, (_, index) => `p${index} 0-9 rpush hard ${index} > ?`);
  const history = writtenHistory('b 0-1 get x > 1', ...pushes, 'b 10-11 lrange hard 0 -1 > [x]');
  expect(checkHistory(history, { timeoutMs: 50 })).toMatchObject({ verdict: 'broken', undecided: ['hard'] });
});

function onlyViolation(result: HistoryVerdict): Violation {
  expect(result.verdict).toBe('broken');
  const [violation] = result.verdict === 'broken' ? result.violations : [];
  return violation as Violation;
}
