import { describe, expect, it } from 'vitest';
import { TransactionGuard } from '../../../packages/core/src/command/guards/transaction-guard.ts';
import { batchOf, callOf } from './call-of.ts';

const transaction = (): ReturnType<typeof batchOf>['call'] =>
  batchOf(['multi'], ['set', 'a', '1'], ['exec']).call;

describe('what a connection promised', () => {
  it('nothing at first, and nothing once it is taken back', () => {
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

  it('a WATCH guards one transaction', () => {
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
  ])('a WATCH that is lost refuses %s, once', (_name, call) => {
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

  it('a WATCH that is lost stays lost when another one follows', () => {
    const guard = new TransactionGuard();
    guard.check(callOf('watch', 'a'));
    guard.connectionLost();
    guard.check(callOf('watch', 'b'));
    expect(guard.check(transaction())).toMatchObject({ code: 'WATCH_LOST' });
  });

  it('a transaction that was sent under a WATCH is not sent again on a connection without it', () => {
    const guard = new TransactionGuard();
    guard.check(callOf('watch', 'a'));
    const call = transaction();
    expect(guard.check(call)).toBeUndefined();
    guard.connectionLost();
    expect(guard.check(call)).toMatchObject({ code: 'WATCH_LOST' });
  });

  it.each(['unwatch', 'discard'])('%s forgets a lost WATCH', (name) => {
    const guard = new TransactionGuard();
    guard.check(callOf('watch', 'a'));
    guard.connectionLost();
    guard.check(callOf(name));
    expect(guard.check(transaction())).toBeUndefined();
  });

  it('a pipeline that is no transaction takes no notice', () => {
    const guard = new TransactionGuard();
    guard.check(callOf('watch', 'a'));
    guard.connectionLost();
    expect(guard.check(batchOf(['get', 'a'], ['set', 'b', '1']).call)).toBeUndefined();
    expect(guard.isWatching).toBe(true);
  });

  it('a MULTI that is lost refuses all that would run outside of it, up to its end', () => {
    const guard = new TransactionGuard();
    guard.check(callOf('multi'));
    expect(guard.isInside).toBe(true);
    guard.connectionLost();
    expect(guard.check(callOf('set', 'a', '1'))).toMatchObject({ code: 'WATCH_LOST' });
    expect(guard.check(callOf('exec'))).toMatchObject({ code: 'WATCH_LOST' });
    expect(guard.isInside).toBe(false);
    expect(guard.check(callOf('set', 'a', '1'))).toBeUndefined();
  });

  it('a loss without promises changes nothing', () => {
    const guard = new TransactionGuard();
    guard.connectionLost();
    expect(guard.check(transaction())).toBeUndefined();
    expect(guard.check(callOf('set', 'a', '1'))).toBeUndefined();
  });
});
