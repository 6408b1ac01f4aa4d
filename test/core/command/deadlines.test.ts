import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { Deadlines } from '../../../packages/core/src/command/deadlines.ts';
import { CallList } from '../../../packages/core/src/command/call-list.ts';
import type { Call } from '../../../packages/core/src/command/call.ts';
import { afterReads } from '../../../packages/core/src/event-loop/after-reads.ts';
import { Flush } from '../../../packages/core/src/event-loop/flush.ts';
import { callOf } from './call-of.ts';

/** A manual clock whose turns of the event loop are taken by hand. */
class LoopClock extends ManualClock {
  #immediates: (() => void)[] = [];

  override setImmediate(callback: () => void): void {
    this.#immediates.push(callback);
  }

  currentFlush(): void {
    for (const callback of this.#immediates.splice(0)) callback();
  }
}

function open<Clock extends ManualClock = ManualClock>(
  timeoutMs = 100,
  clock: Clock = new ManualClock() as Clock,
): {
  clock: Clock;
  send: () => Call;
  answer: (call: Call) => void;
  expired: Call[];
  deadlines: Deadlines;
} {
  const list = new CallList();
  const expired: Call[] = [];
  const deadlines = new Deadlines(clock, timeoutMs, list, (call) => {
    list.remove(call);
    expired.push(call);
  });
  const send = (): Call => {
    const call = callOf('get', 'a');
    call.sent = new Flush(clock.now(), 0, 0);
    list.push(call);
    deadlines.watch();
    return call;
  };
  return { clock, send, answer: (call) => list.remove(call), expired, deadlines };
}

describe('the deadlines of calls', () => {
  it('expire the unanswered calls, the oldest first, with one timer', () => {
    const { clock, send, expired } = open();
    const first = send();
    clock.travel(40);
    const second = send();
    expect(clock.pendingTimers).toBe(1);
    clock.travel(60);
    expect(expired).toEqual([first]);
    clock.travel(40);
    expect(expired).toEqual([first, second]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('never expire an answered call, and start again with the next one', () => {
    const { clock, send, answer, expired } = open();
    answer(send());
    clock.travel(500);
    expect(expired).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
    const later = send();
    clock.travel(100);
    expect(expired).toEqual([later]);
  });

  it('let the sockets be read before anything expires after a stall', () => {
    const { clock, send, answer, expired } = open(100, new LoopClock());
    const answered = send();
    const silent = send();
    clock.jump(700);
    clock.travel(0);
    expect(expired).toEqual([]);
    clock.currentFlush();
    answer(answered);
    clock.currentFlush();
    expect(expired).toEqual([silent]);
  });

  it('spare a call that became overdue only while the sockets were read', () => {
    const { clock, send, expired } = open(100, new LoopClock());
    const old = send();
    clock.jump(60);
    const young = send();
    clock.travel(40);
    clock.jump(70);
    clock.currentFlush();
    clock.currentFlush();
    expect(expired).toEqual([old]);
    clock.travel(1);
    clock.currentFlush();
    clock.currentFlush();
    expect(expired).toEqual([old, young]);
  });

  it('leave no timer when they are stopped', () => {
    const { clock, send, expired, deadlines } = open();
    send();
    deadlines.stop();
    clock.travel(1_000);
    expect(expired).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('afterReads', () => {
  it('lets two turns of the event loop go by', () => {
    const clock = new ManualClock();
    const order: string[] = [];
    afterReads(clock, () => order.push('action'));
    clock.setImmediate(() => {
      order.push('first turn');
      clock.setImmediate(() => order.push('second turn'));
    });
    clock.travel(0);
    expect(order).toEqual(['first turn', 'action', 'second turn']);
  });
});
