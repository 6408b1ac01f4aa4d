import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { LockReleases } from '../../../packages/core/src/command/guards/lock-releases.ts';
import { callOf, lockRelease } from './call-of.ts';
import { FakeDispatch } from './fake-dispatch.ts';

const [, , key, token] = lockRelease;
const lockCall = (): ReturnType<typeof callOf> => callOf('set', key, token, 'PX', '60000', 'NX');

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
    locks.failed(callOf('eval', ...lockRelease), away);
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
  return { dispatch, transactions, locks: new LockReleases(clock, () => undefined, dispatch, transactions) };
}
