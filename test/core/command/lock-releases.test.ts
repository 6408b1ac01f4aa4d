import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { LockReleases } from '../../../packages/core/src/command/guards/lock-releases.ts';
import { callOf } from './call-of.ts';
import { FakeDispatch } from './fake-dispatch.ts';

const token = 'a-token-of-twenty-one';
const lockCall = (): ReturnType<typeof callOf> => callOf('set', 'lock', token, 'PX', '60000', 'NX');
const releaseCall = (): ReturnType<typeof callOf> =>
  callOf(
    'eval',
    'if redis.call("get",KEYS[1]) == ARGV[1] then return redis.call("del",KEYS[1]) else return 0 end',
    '1',
    'lock',
    token,
  );

describe('the release of a lock, on a connection that is inside a MULTI', () => {
  it('is not sent for a lock whose late reply arrives', () => {
    const { locks, dispatch, transactions } = stage();
    transactions.isOpen = true;
    locks.answeredLate(lockCall(), 'OK', { all: () => [] });
    expect(dispatch.asked).toEqual([]);
    transactions.isOpen = false;
    locks.answeredLate(lockCall(), 'OK', { all: () => [] });
    expect(dispatch.asked).toEqual(['eval']);
  });

  it('waits for its end if a library could not release the lock', () => {
    const { locks, dispatch, transactions } = stage();
    const away = {
      kind: 'unavailable',
      outcome: 'not-applied',
      reason: 'stalled',
      error: undefined,
    } as const;
    locks.connected();
    transactions.isOpen = true;
    locks.failed(releaseCall(), away);
    locks.connected();
    expect(dispatch.asked).toEqual([]);
    transactions.isOpen = false;
    locks.connected();
    expect(dispatch.asked).toEqual(['eval']);
  });
});

function stage() {
  const clock = new ManualClock();
  const dispatch = new FakeDispatch(
    () => clock.now(),
    () => [0, 0],
  );
  const transactions = { isOpen: false };
  return { dispatch, transactions, locks: new LockReleases(clock, dispatch, transactions) };
}
