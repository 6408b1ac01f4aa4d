import { checkHistory } from '@redis-resilience/testing/history';
import { describe, expect, it } from 'vitest';
import { randomHistory } from '../../bench/history/random-history.ts';
import { writtenHistory } from './written-history.ts';

/** Each history holds, and is broken if `wrong` replaces `right` in it: `right` becomes `wrong`. */
const broken: readonly { kind: string; history: readonly string[]; right: string; wrong: string }[] = [
  {
    kind: 'a lost acknowledged write',
    history: ['a 0-1 set x 1 > OK', 'b 2-3 get x > 1'],
    right: 'get x > 1',
    wrong: 'get x > nil',
  },
  {
    kind: 'a stale read',
    history: ['a 0-1 set x 1 > OK', 'a 2-3 set x 2 > OK', 'b 4-5 get x > 2'],
    right: 'get x > 2',
    wrong: 'get x > 1',
  },
  {
    kind: 'a read that goes back',
    history: ['a 0-9 set x 1 > OK', 'b 1-2 get x > 1', 'c 3-4 get x > 1'],
    right: 'c 3-4 get x > 1',
    wrong: 'c 3-4 get x > nil',
  },
  {
    kind: 'a value that nobody wrote',
    history: ['a 0-1 set x 1 > OK', 'b 2-3 get x > 1'],
    right: 'get x > 1',
    wrong: 'get x > 7',
  },
  {
    kind: 'the answer of another call',
    history: ['a 0-1 set x 1 > OK', 'a 0-1 set y 2 > OK', 'b 2-3 get x > 1', 'b 2-3 get y > 2'],
    right: 'get x > 1',
    wrong: 'get x > 2',
  },
  {
    kind: 'an increment that ran twice',
    history: ['a 0-1 incr n > 1', 'b 2-3 incr n > 2', 'a 4-5 get n > 2'],
    right: 'get n > 2',
    wrong: 'get n > 3',
  },
  {
    kind: 'two increments with the same answer',
    history: ['a 0-2 incr n > 1', 'b 1-3 incr n > 2'],
    right: 'incr n > 2',
    wrong: 'incr n > 1',
  },
  {
    kind: 'an increment that jumps',
    history: ['a 0-1 incr n > 1', 'b 0-1 incrby n 2 > 3'],
    right: 'incrby n 2 > 3',
    wrong: 'incrby n 2 > 4',
  },
  {
    kind: 'a failed write that was not applied and is read',
    history: ['a 0-1 set x 1 > OK', 'b 2-3 set x 2 > -', 'c 4-5 get x > 1'],
    right: 'get x > 1',
    wrong: 'get x > 2',
  },
  {
    kind: 'a refused write that is read',
    history: ['a 0-1 incr n > !', 'c 4-5 get n > nil'],
    right: 'get n > nil',
    wrong: 'get n > 1',
  },
  {
    kind: 'an unknown write that comes and goes',
    history: ['a 0-1 set x 1 > ?', 'b 2-3 get x > 1', 'b 4-5 get x > 1'],
    right: 'b 4-5 get x > 1',
    wrong: 'b 4-5 get x > nil',
  },
  {
    kind: 'an unknown increment that ran twice',
    history: ['a 0-1 incr n > 1', 'a 2-3 incr n > ?', 'b 4-5 get n > 2'],
    right: 'get n > 2',
    wrong: 'get n > 3',
  },
  {
    kind: 'a lock that two hold',
    history: ['a 0-1 set lock a nx > OK', 'b 0-1 set lock b nx > nil'],
    right: 'set lock b nx > nil',
    wrong: 'set lock b nx > OK',
  },
  {
    kind: 'a GETSET that skips a value',
    history: ['a 0-1 set x 1 > OK', 'b 2-3 getset x 2 > 1', 'c 4-5 getset x 3 > 2'],
    right: 'getset x 3 > 2',
    wrong: 'getset x 3 > 1',
  },
  {
    kind: 'a DEL that deletes what is gone',
    history: ['a 0-1 set x 1 > OK', 'b 2-3 del x > 1', 'c 4-5 del x > 0'],
    right: 'c 4-5 del x > 0',
    wrong: 'c 4-5 del x > 1',
  },
  {
    kind: 'a hash counter that lost a count',
    history: ['a 0-1 hincrby h f 1 > 1', 'b 2-3 hincrby h f 1 > 2', 'c 4-5 hgetall h > {f 2}'],
    right: 'hgetall h > {f 2}',
    wrong: 'hgetall h > {f 1}',
  },
  {
    kind: 'a list in the wrong order',
    history: ['a 0-1 rpush l 1 > 1', 'a 2-3 rpush l 2 > 2', 'b 4-5 lrange l 0 -1 > [1 2]'],
    right: '[1 2]',
    wrong: '[2 1]',
  },
  {
    kind: 'an element that is popped twice',
    history: ['a 0-1 rpush l 1 2 > 2', 'b 2-4 lpop l > 1', 'c 3-5 blpop l 1 > [l 2]'],
    right: 'blpop l 1 > [l 2]',
    wrong: 'blpop l 1 > [l 1]',
  },
  {
    kind: 'a blocking pop that overlooks an element',
    history: ['a 0-1 rpush l 1 > 1', 'b 2-4 blpop l 1 > [l 1]'],
    right: 'blpop l 1 > [l 1]',
    wrong: 'blpop l 1 > nil',
  },
  {
    kind: 'a member that was removed and is there',
    history: ['a 0-1 sadd s 1 2 > 2', 'b 2-3 srem s 1 > 1', 'c 4-5 smembers s > [2]'],
    right: 'smembers s > [2]',
    wrong: 'smembers s > [1 2]',
  },
  {
    kind: 'half a MULTI',
    history: ['a 0-1 incr x; incr y > [1 1]', 'b 2-3 get x; get y > [1 1]'],
    right: 'get x; get y > [1 1]',
    wrong: 'get x; get y > [1 nil]',
  },
  {
    kind: 'a MULTI seen from within',
    history: ['a 0-9 incr x; incr x > [1 2]', 'b 1-2 get x > nil'],
    right: 'get x > nil',
    wrong: 'get x > 1',
  },
  {
    kind: 'a write before one that had returned',
    history: ['a 0-1 append x 1 > 1', 'b 2-3 append x 2 > 2', 'c 4-5 get x > 12'],
    right: 'get x > 12',
    wrong: 'get x > 21',
  },
];

describe('a history with one changed answer is refused:', () => {
  it.each(broken)('$kind', ({ history, right, wrong }) => {
    expect(checkHistory(writtenHistory(...history)).verdict).toBe('holds');
    const changed = history.map((text) => text.replace(right, wrong));
    expect(changed).not.toEqual(history);
    expect(checkHistory(writtenHistory(...changed)).verdict).toBe('broken');
  });
});

it('200 histories that a true Redis could have made are accepted', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const shape = { operations: 40 + (seed % 60), processes: 2 + (seed % 7), keys: 1 + (seed % 10) };
    const history = randomHistory({ seed, ...shape, failures: (seed % 5) / 10 });
    const { verdict, text } = checkHistory(history);
    expect({ seed, verdict, text }).toMatchObject({ verdict: 'holds' });
  }
});

it('one changed answer in a history of many is found', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const history = randomHistory({ seed, operations: 80, processes: 4, keys: 5, failures: 0.1 });
    const index = history.findLastIndex(
      ({ commands, result }) => commands[0]?.name === 'incrby' && result.kind === 'answered',
    );
    const changed = history.with(index, {
      ...(history[index] as (typeof history)[number]),
      result: { kind: 'answered', reply: '100' },
    });
    expect({ seed, verdict: checkHistory(changed).verdict }).toEqual({ seed, verdict: 'broken' });
  }
});

it.each(['?', undefined])('a write with the outcome %s may come late, or never', (outcome) => {
  const write = outcome === undefined ? 'a 0- set x 2' : `a 0-1 set x 2 > ${outcome}`;
  expect(checkHistory(writtenHistory(write, 'b 2-3 set x 1 > OK', 'b 4-5 get x > 2')).verdict).toBe('holds');
  expect(checkHistory(writtenHistory(write, 'b 2-3 set x 1 > OK', 'b 4-5 get x > 1')).verdict).toBe('holds');
});

it('a write takes no effect before it was invoked, whatever its outcome', () => {
  const history = writtenHistory('b 0-1 get x > 2', 'a 2-3 set x 2 > ?');
  expect(checkHistory(history).verdict).toBe('broken');
});

it('operations that overlap may stand in either order', () => {
  const writes = ['a 0-9 set x 1 > OK', 'b 0-9 set x 2 > OK'];
  expect(checkHistory(writtenHistory(...writes, 'c 10-11 get x > 1')).verdict).toBe('holds');
  expect(checkHistory(writtenHistory(...writes, 'c 10-11 get x > 2')).verdict).toBe('holds');
});

it('a MULTI whose WATCH was lost did not run', () => {
  const history = writtenHistory('a 0-1 incr x; incr y > nil', 'b 2-3 get x > nil');
  expect(checkHistory(history).verdict).toBe('holds');
});

it('the operations that never returned are counted', () => {
  expect(checkHistory(writtenHistory('a 0- get x', 'b 1-2 get x > nil'))).toMatchObject({
    verdict: 'holds',
    operations: 2,
    pending: 1,
  });
});

it('what cannot be decided in time is undecided, and named', () => {
  // The check has to try every order of the pushes before it knows that none explains the reads.
  const pushes = Array.from({ length: 12 }, (_, index) => `p${index} 0-9 rpush hard ${index} > ?`);
  const history = writtenHistory(...pushes, 'b 10-11 lrange hard 0 -1 > [x]', 'b 10-11 get easy > nil');
  expect(checkHistory(history, { timeoutMs: 100 })).toMatchObject({
    verdict: 'undecided',
    undecided: ['hard'],
  });
});

it('a command that cannot be checked is refused by name', () => {
  expect(() => checkHistory(writtenHistory('a 0-1 zadd z 1 secret > 1'))).toThrow(
    /^The history holds "zadd", which cannot be checked/,
  );
  expect(() => checkHistory(writtenHistory('a 0-1 set x secret px 5 > OK'))).toThrow(/"set \.\.\. px"/);
});

it.each([
  ['a returnedAt before the invokedAt', { invokedAt: 2, returnedAt: 1 }],
  ['no returnedAt', { invokedAt: 2 }],
  ['a time that is no number', { invokedAt: NaN, returnedAt: 1 }],
])('an operation with %s is refused', (_, times) => {
  const result = { kind: 'answered', reply: null } as const;
  const command = { name: 'get', args: ['x'] };
  const operation = { process: 'a', commands: [command], isTransaction: false, ...times, result };
  expect(() => checkHistory([operation])).toThrow(RangeError);
});

it('a timeout that is no positive number is refused', () => {
  expect(() => checkHistory([], { timeoutMs: 0 })).toThrow(RangeError);
});
