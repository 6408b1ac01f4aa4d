import { describe, expect, it } from 'vitest';
import { TransactionGuard } from '../../../packages/core/src/command/transaction-guard.ts';
import { batchOf, callOf } from './call-of.ts';

const transaction = (): ReturnType<typeof batchOf>['call'] =>
  batchOf(['multi'], ['set', 'a', '1'], ['exec']).call;

describe('a transaction guard', () => {
  it('holds nothing at first, and nothing once a WATCH or MULTI is taken back', () => {
    const guard = new TransactionGuard();
    expect([guard.isInside, guard.isWatching]).toEqual([false, false]);
    guard.check(callOf('watch', 'a'));
    guard.check(callOf('unwatch'));
    expect(guard.isWatching).toBe(false);
    guard.check(callOf('watch', 'a'));
    guard.check(callOf('multi'));
    expect(guard.isInside).toBe(true);
    guard.check(callOf('discard'));
    expect([guard.isInside, guard.isWatching]).toEqual([false, false]);
  });

  it('lets a WATCH guard one transaction', () => {
    const guard = new TransactionGuard();
    expect(guard.check(callOf('watch', 'a'))).toBeUndefined();
    expect(guard.isWatching).toBe(true);
    expect(guard.check(transaction())).toBeUndefined();
    expect(guard.isWatching).toBe(false);
    guard.connectionLost();
    expect(guard.check(transaction())).toBeUndefined();
  });

  it.each([
    ['EXEC of a chain', transaction],
    ['EXEC sent alone', () => callOf('exec')],
  ])('refuses %s once after a WATCH was lost', (_name, call) => {
    const guard = new TransactionGuard();
    guard.check(callOf('watch', 'a'));
    guard.connectionLost();
    expect(guard.check(callOf('get', 'a'))).toBeUndefined();
    expect(guard.check(call())).toMatchObject({
      code: 'WATCH_LOST',
      outcome: 'not-applied',
      reason: 'connection-reset',
    });
    expect(guard.check(call())).toBeUndefined();
  });

  it('takes a lost WATCH for lost also when another one follows', () => {
    const guard = new TransactionGuard();
    guard.check(callOf('watch', 'a'));
    guard.connectionLost();
    guard.check(callOf('watch', 'b'));
    expect(guard.check(transaction())).toMatchObject({ code: 'WATCH_LOST' });
  });

  it('refuses to send a transaction again without the WATCH that it was sent under', () => {
    const guard = new TransactionGuard();
    guard.check(callOf('watch', 'a'));
    const call = transaction();
    expect(guard.check(call)).toBeUndefined();
    guard.connectionLost();
    expect(guard.check(call)).toMatchObject({ code: 'WATCH_LOST' });
  });

  it.each(['unwatch', 'discard'])('forgets a lost WATCH after %s', (name) => {
    const guard = new TransactionGuard();
    guard.check(callOf('watch', 'a'));
    guard.connectionLost();
    guard.check(callOf(name));
    expect(guard.check(transaction())).toBeUndefined();
  });

  it('lets a pipeline pass that is not a transaction', () => {
    const guard = new TransactionGuard();
    guard.check(callOf('watch', 'a'));
    guard.connectionLost();
    expect(guard.check(batchOf(['get', 'a'], ['set', 'b', '1']).call)).toBeUndefined();
    expect(guard.isWatching).toBe(true);
  });

  it('refuses every command of a lost MULTI up to its end', () => {
    const guard = new TransactionGuard();
    guard.check(callOf('multi'));
    expect(guard.isInside).toBe(true);
    guard.connectionLost();
    expect(guard.check(callOf('set', 'a', '1'))).toMatchObject({ code: 'WATCH_LOST' });
    expect(guard.check(callOf('exec'))).toMatchObject({ code: 'WATCH_LOST' });
    expect(guard.isInside).toBe(false);
    expect(guard.check(callOf('set', 'a', '1'))).toBeUndefined();
  });

  it('lets everything pass after a loss without WATCH or MULTI', () => {
    const guard = new TransactionGuard();
    guard.connectionLost();
    expect(guard.check(transaction())).toBeUndefined();
    expect(guard.check(callOf('set', 'a', '1'))).toBeUndefined();
  });
});
