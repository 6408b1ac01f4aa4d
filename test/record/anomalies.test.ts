import { expect, it } from 'vitest';
import { anomaliesIn, type Anomalies, type LossWindow } from '../bench/record/check/anomalies.ts';
import type { Operation } from '@redis-resilience/testing/history';
import { writtenHistory } from '../testing/history/written-history.ts';

const none = {
  lost: 0,
  lostByServer: 0,
  ranTwice: 0,
  otherAnswer: 0,
  stale: 0,
  wentBack: 0,
  unexplained: 0,
  neverSettled: 0,
  wrongOutcome: 0,
  undecided: 0,
};

function anomalies(lines: readonly string[], windows: readonly LossWindow[] = []): Partial<Anomalies> {
  const { picture: _, ...counts } = anomaliesIn(writtenHistory(...lines), { windows });
  return counts;
}

it.each<[what: string, lines: readonly string[], counts: Partial<Anomalies>]>([
  [
    'nothing, where all is well',
    ['a 0-1 hincrby tally:0 t1 1 > 1', 'observer 8-9 hgetall tally:0 > {t1 1}'],
    {},
  ],
  ['a lost write', ['a 0-1 hincrby tally:0 t1 1 > 1', 'observer 8-9 hgetall tally:0 > {}'], { lost: 1 }],
  ['a lost element', ['a 0-1 rpush log:0 t1 > 1', 'observer 8-9 lrange log:0 0 -1 > []'], { lost: 1 }],
  [
    'a write that ran twice',
    ['a 0-1 hincrby tally:0 t1 1 > ?', 'observer 8-9 hgetall tally:0 > {t1 2}'],
    { ranTwice: 1 },
  ],
  [
    'an element that was pushed twice',
    ['a 0-1 rpush log:0 t1 > 1', 'observer 8-9 lrange log:0 0 -1 > [t1 t1]'],
    { ranTwice: 1 },
  ],
  [
    'an outcome that was wrong',
    ['a 0-1 hincrby tally:0 t1 1 > -', 'observer 8-9 hgetall tally:0 > {t1 1}'],
    { wrongOutcome: 1 },
  ],
  ['a call that never settled', ['a 0- get text:0'], { neverSettled: 1 }],
  [
    'the answer of another call',
    ['a 0-1 set text:1 text:1/t1 > OK', 'a 2-3 get text:0 > text:1/t1'],
    { otherAnswer: 1, unexplained: 1 },
  ],
  [
    'a stale read',
    ['a 0-1 set text:0 text:0/t1 > OK', 'a 2-3 set text:0 text:0/t2 > OK', 'b 4-5 get text:0 > text:0/t1'],
    { stale: 1 },
  ],
  ['a counter that counted twice', ['a 0-1 incr count:0 > 1', 'a 2-3 incr count:0 > 3'], { ranTwice: 1 }],
  ['a lock that was forgotten', ['a 0-1 setnx lock:0 t1 > 1', 'b 2-3 setnx lock:0 t2 > 1'], { wentBack: 1 }],
  ['a counter that counted down', ['a 0-1 set count:0 5 > OK', 'b 2-3 get count:0 > 9'], { unexplained: 1 }],
])('the record counts %s', (_, lines, counts) => {
  expect(anomalies(lines)).toEqual({ ...none, ...counts });
});

it('what the servers lost themselves counts by itself, and only then', () => {
  const lines = ['a 10-11 hincrby tally:0 t1 1 > 1', 'observer 80-90 hgetall tally:0 > {}'];
  expect(anomalies(lines, [{ fromMs: 5, toMs: 20 }])).toEqual({ ...none, lostByServer: 1 });
  expect(anomalies(lines, [{ fromMs: 15, toMs: 20 }])).toEqual({ ...none, lost: 1 });
});

it('a call that was under way while another database came into use may have run in either, and once', () => {
  const inDatabase = (database: string, line: string): Operation => ({
    ...(writtenHistory(line)[0] as Operation),
    database,
  });
  const history = [
    inDatabase('first', 'a 0-1 set text:0 text:0/t1 > OK'),
    inDatabase('any', 'a 2-9 set text:0 text:0/t2 > OK'),
    inDatabase('second', 'a 10-11 get text:0 > text:0/t2'),
    inDatabase('first', 'a 12-13 get text:0 > text:0/t1'),
    inDatabase('any', 'a 14-15 hincrby tally:0 t3 1 > 1'),
    inDatabase('first', 'observer 20-21 hgetall tally:0 > {t3 1}'),
    inDatabase('second', 'observer 22-23 hgetall tally:0 > {}'),
  ];
  const options = { databases: ['first', 'second'] };
  expect(anomaliesIn(history, options)).toEqual({ ...none, picture: undefined });
  const crossed = inDatabase('second', 'observer 24-25 hgetall tally:0 > {t3 1}');
  expect(anomaliesIn([...history, crossed], options)).toEqual({ ...none, ranTwice: 1, picture: undefined });
});
