import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { TransactionGuard } from '../../../packages/core/src/command/guards/transaction-guard.ts';
import { onSlowPath, type SlowCall } from '../../../packages/core/src/command/call.ts';
import { batchOf, callOf as fastCallOf } from './call-of.ts';

const clock = new ManualClock();

const callOf = (name: string, ...args: readonly string[]): SlowCall =>
  onSlowPath(fastCallOf(name, ...args), { issuedAt: 0, allowedMs: 1000 });

const gone = {
  code: 'WATCH_LOST',
  connection: 'shop',
  reason: 'connection-reset',
  outcome: 'not-applied',
  message: expect.stringContaining('The connection that held the MULTI is gone') as string,
};
const unsent = (reason: string | undefined): object => ({
  ...gone,
  reason,
  message: expect.stringContaining('A command of the transaction was not sent') as string,
});

const transaction = (): ReturnType<typeof batchOf>['call'] =>
  batchOf(['multi'], ['set', 'a', '1'], ['exec']).call;

describe('what a connection promised', () => {
  it('nothing at first, and nothing once it is taken back', () => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
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
    const guard = new TransactionGuard(clock, 1000, 'shop');
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
    const guard = new TransactionGuard(clock, 1000, 'shop');
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
    const guard = new TransactionGuard(clock, 1000, 'shop');
    guard.check(callOf('watch', 'a'));
    guard.connectionLost();
    guard.check(callOf('watch', 'b'));
    expect(guard.check(transaction())).toMatchObject({ code: 'WATCH_LOST' });
  });

  it('a transaction that was sent under a WATCH is not sent again on a connection without it', () => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    guard.check(callOf('watch', 'a'));
    const call = transaction();
    expect(guard.check(call)).toBeUndefined();
    guard.connectionLost();
    expect(guard.check(call)).toMatchObject({ code: 'WATCH_LOST' });
  });

  it.each(['unwatch', 'discard'])('%s forgets a lost WATCH', (name) => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    guard.check(callOf('watch', 'a'));
    guard.connectionLost();
    guard.check(callOf(name));
    expect(guard.check(transaction())).toBeUndefined();
  });

  it('a pipeline that is no transaction takes no notice', () => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    guard.check(callOf('watch', 'a'));
    guard.connectionLost();
    expect(guard.check(batchOf(['get', 'a'], ['set', 'b', '1']).call)).toBeUndefined();
    expect(guard.isWatching).toBe(true);
  });

  it('a MULTI that is lost refuses all that would run outside of it, up to its end', () => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    guard.check(callOf('multi'));
    expect(guard.isInside).toBe(true);
    guard.connectionLost();
    expect(guard.check(callOf('set', 'a', '1'))).toMatchObject(gone);
    expect(guard.check(callOf('exec'))).toMatchObject(gone);
    expect(guard.isInside).toBe(false);
    expect(guard.check(callOf('set', 'a', '1'))).toBeUndefined();
  });

  it('a loss without promises changes nothing', () => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    guard.connectionLost();
    expect(guard.check(transaction())).toBeUndefined();
    expect(guard.check(callOf('set', 'a', '1'))).toBeUndefined();
  });

  it('a MULTI that is lost refuses no more commands when its caller has been told, and has given up', () => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    guard.check(callOf('multi'));
    guard.connectionLost();
    clock.travel(5000);
    expect(guard.check(callOf('set', 'a', '1'))).toMatchObject({ code: 'WATCH_LOST' });
    clock.travel(999);
    expect(guard.check(callOf('set', 'a', '1'))).toMatchObject({ code: 'WATCH_LOST' });
    clock.travel(1);
    expect(guard.check(callOf('set', 'a', '1'))).toBeUndefined();
    expect(guard.isInside).toBe(false);
  });

  it('a command that was sent inside a lost MULTI is refused even when the caller has given up', () => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    const inside = callOf('set', 'a', '1');
    for (const call of [callOf('multi'), inside]) guard.check(call);
    guard.connectionLost();
    expect(guard.check(callOf('set', 'b', '1'))).toMatchObject({ code: 'WATCH_LOST' });
    clock.travel(1000);
    expect(guard.check(inside)).toMatchObject({ code: 'WATCH_LOST' });
    expect(guard.check(callOf('set', 'b', '1'))).toBeUndefined();
    expect(guard.check(inside)).toMatchObject({ code: 'WATCH_LOST' });
  });

  it('a PING of the connection is no part of a MULTI', () => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    guard.check(callOf('multi'));
    expect(guard.isOpen).toBe(true);
    expect(guard.notSent(callOf('ping'))).toBe(false);
    guard.connectionLost();
    expect(guard.isOpen).toBe(false);
    expect(guard.check(callOf('ping'))).toBeUndefined();
    clock.travel(5000);
    expect(guard.check(callOf('exec'))).toMatchObject({ code: 'WATCH_LOST' });
  });

  it('commands of a MULTI are sent again inside the same MULTI, and not without it', () => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    const calls = [callOf('multi'), callOf('set', 'a', '1'), callOf('exec')] as const;
    for (const call of calls) guard.check(call);
    guard.connectionLost();
    for (const call of calls) expect(guard.check(call)).toBeUndefined();
    guard.connectionLost();
    const [, set, exec] = calls;
    expect(guard.check(set)).toMatchObject(gone);
    guard.check(callOf('multi'));
    expect(guard.check(exec)).toMatchObject(gone);
    expect(guard.notSent(exec)).toBe(false);
    expect(guard.isInside).toBe(true);
  });

  it('an EXEC that was sent under a WATCH is not sent again without it, and its MULTI is discarded', () => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    const calls = [callOf('multi'), callOf('set', 'a', '1'), callOf('exec')] as const;
    guard.check(callOf('watch', 'a'));
    for (const call of calls) guard.check(call);
    guard.connectionLost();
    const [multi, set, exec] = calls;
    expect([guard.check(multi), guard.check(set)]).toEqual([undefined, undefined]);
    expect(guard.check(exec)).toMatchObject({ code: 'WATCH_LOST' });
    expect(guard.notSent(exec)).toBe(true);
    expect(guard.isInside).toBe(false);
  });

  it.each(['exec', 'discard'])('a MULTI whose %s is not sent is discarded, once', (name) => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    guard.check(callOf('multi'));
    const end = callOf(name);
    expect(guard.check(end)).toBeUndefined();
    expect([guard.notSent(end), guard.notSent(end)]).toEqual([true, false]);
    guard.check(callOf('multi'));
    const unchecked = callOf(name);
    expect([guard.notSent(unchecked), guard.notSent(unchecked)]).toEqual([true, false]);
    expect(guard.isInside).toBe(false);
  });

  it.each(['overloaded', undefined] as const)(
    'a MULTI of which a command is not sent (%s) is discarded once, and the rest of it refused for that reason',
    (reason) => {
      const guard = new TransactionGuard(clock, 1000, 'shop');
      guard.check(callOf('multi'));
      expect(guard.notSent(callOf('set', 'a', '1'), reason)).toBe(true);
      expect(guard.notSent(callOf('get', 'a'), 'slow')).toBe(false);
      expect(guard.check(callOf('set', 'b', '1'))).toMatchObject(unsent(reason));
      expect(guard.check(callOf('exec'))).toMatchObject(unsent(reason));
      expect(guard.isInside).toBe(false);
    },
  );

  it('a MULTI goes on when a transaction of another caller, sent as a batch, is not sent', () => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    guard.check(callOf('multi'));
    expect(guard.notSent(transaction(), 'overloaded')).toBe(false);
    expect(guard.check(callOf('set', 'a', '1'))).toBeUndefined();
  });

  it('a WATCH ends with its MULTI that is discarded, so that the next transaction reads the keys again', () => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    for (const call of [callOf('watch', 'a'), callOf('multi')]) guard.check(call);
    expect(guard.notSent(callOf('exec'), 'overloaded')).toBe(true);
    expect(guard.check(transaction())).toMatchObject(unsent('overloaded'));
    expect(guard.check(transaction())).toBeUndefined();
  });

  it('a MULTI whose EXEC was sent goes with its connection, and nothing on the next one is discarded', () => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    const exec = callOf('exec');
    for (const call of [callOf('multi'), exec]) guard.check(call);
    guard.connectionLost();
    expect(guard.notSent(exec)).toBe(false);
  });

  it('a command in a MULTI knows whether the EXEC was sent, after which it may have run', () => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    const inside = callOf('set', 'a', '1');
    for (const call of [callOf('multi'), inside]) guard.check(call);
    expect(inside.slow.multi?.isEnded).toBe(false);
    guard.check(callOf('exec'));
    expect(inside.slow.multi?.isEnded).toBe(true);
  });

  it('a MULTI whose end was sent is not discarded', () => {
    const guard = new TransactionGuard(clock, 1000, 'shop');
    const exec = callOf('exec');
    guard.check(callOf('multi'));
    guard.check(exec);
    guard.check(callOf('get', 'a'));
    expect([guard.notSent(exec), guard.notSent(callOf('get', 'a'))]).toEqual([false, false]);
  });
});
