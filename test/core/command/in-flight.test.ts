import { describe, expect, it } from 'vitest';
import { onSlowPath, type Call, type SlowCall } from '../../../packages/core/src/command/call.ts';
import { InFlight } from '../../../packages/core/src/command/pending/in-flight.ts';
import { RequestBudget } from '../../../packages/core/src/verbs/request-budget.ts';
import { Flush } from '../../../packages/core/src/event-loop/flush.ts';
import { batchOf, callOf, slowCall } from './call-of.ts';

function setUp(
  maxInFlight = 100,
  detector = { stalledMs: 0 },
): {
  inFlight: InFlight;
  sendFast: (at: number | Flush) => Call;
  send: (at: number, allowedMs: number) => SlowCall;
} {
  const inFlight = new InFlight(100, { maxInFlight }, detector);
  return {
    inFlight,
    sendFast(at) {
      const call = callOf('get', 'a');
      inFlight.startFast(call, typeof at === 'number' ? new Flush(at, 0, 0) : at);
      return call;
    },
    send(at, allowedMs) {
      const call = onSlowPath(callOf('get', 'a'), { issuedAt: at, allowedMs });
      inFlight.start(call, new Flush(at, 0, 0), undefined);
      return call;
    },
  };
}

/** Removes and returns all overdue calls, in the order in which `overdue` returns them. */
function takeOverdue(inFlight: InFlight, now: number): Call[] {
  const calls: Call[] = [];
  for (let call = inFlight.overdue(now); call !== undefined; call = inFlight.overdue(now)) {
    inFlight.remove(call);
    calls.push(call);
  }
  return calls;
}

const same = (actual: readonly Call[], expected: readonly Call[]): boolean =>
  actual.length === expected.length && expected.every((call, index) => actual[index] === call);

describe('the calls in flight', () => {
  it('do not count the time for which the process stood still before the driver wrote them', () => {
    const detector = { stalledMs: 500 };
    const { inFlight, send } = setUp(100, detector);
    const [kept, written] = [send(0, 100), send(0, 100)];
    detector.stalledMs += 60;
    written.slow.written(detector.stalledMs);
    detector.stalledMs += 20;
    expect(same(takeOverdue(inFlight, 159), [])).toBe(true);
    expect(same(takeOverdue(inFlight, 160), [written])).toBe(true);
    expect(same(takeOverdue(inFlight, 179), [])).toBe(true);
    expect(same(takeOverdue(inFlight, 180), [kept])).toBe(true);
  });

  it('know when they were sent, when they were written, and how often', () => {
    const { inFlight } = setUp();
    const flush = new Flush(0, 0, 0);
    const fast = callOf('get', 'a');
    inFlight.startFast(fast, flush);
    expect([fast.sent, fast.written, fast.sends]).toEqual([flush, flush, 1]);
    const slow = slowCall();
    inFlight.start(slow, flush, undefined);
    expect([slow.sent, slow.written, slow.sends]).toEqual([flush, undefined, 1]);
    inFlight.remove(slow);
    inFlight.start(slow, flush, flush);
    expect([slow.written, slow.sends]).toEqual([flush, 2]);
  });

  it('leave no room once they are as many as allowed', () => {
    const { inFlight, sendFast, send } = setUp(2);
    const fast = sendFast(0);
    expect(inFlight.isFull).toBe(false);
    const slow = send(0, 50);
    expect([inFlight.isFull, inFlight.length]).toEqual([true, 2]);
    inFlight.remove(fast);
    inFlight.remove(slow);
    expect(inFlight.length).toBe(0);
    inFlight.remove(slow);
    expect(inFlight.length).toBe(0);
  });

  it('are overdue on the fast path after the common time, the oldest first', () => {
    const { inFlight, sendFast } = setUp();
    expect(inFlight.nextDueAt).toBe(Infinity);
    const [first, second] = [sendFast(0), sendFast(40)];
    expect(inFlight.nextDueAt).toBe(100);
    expect(takeOverdue(inFlight, 99)).toEqual([]);
    expect(same(takeOverdue(inFlight, 100), [first])).toBe(true);
    expect(inFlight.nextDueAt).toBe(140);
    expect(same(takeOverdue(inFlight, 500), [second])).toBe(true);
  });

  it('count their time from when they were written, which may be later', () => {
    const { inFlight, sendFast } = setUp();
    const flush = new Flush(0, 0, 0);
    sendFast(flush);
    flush.at = 30;
    expect(inFlight.nextDueAt).toBe(130);
    expect(inFlight.deadlineOf(flush)).toBe(130);
  });

  it('are overdue on the slow path by their own deadlines, or never', () => {
    const { inFlight, sendFast, send } = setUp();
    const blocking = send(0, 500);
    send(0, Infinity);
    const urgent = send(0, 20);
    const fast = sendFast(0);
    expect(inFlight.nextDueAt).toBe(20);
    expect(same(takeOverdue(inFlight, 20), [urgent])).toBe(true);
    expect(inFlight.nextDueAt).toBe(100);
    expect(same(takeOverdue(inFlight, 1e9), [fast, blocking])).toBe(true);
    expect(inFlight.length).toBe(1);
  });

  it('are all listed', () => {
    const { inFlight, sendFast, send } = setUp();
    const calls = [sendFast(0), send(0, 50), sendFast(1)];
    expect(new Set(inFlight.all())).toEqual(new Set(calls));
    expect(inFlight.all()).toHaveLength(3);
  });

  it('are forgiven the time in which the process stood still, those that were sent before it', () => {
    const { inFlight, sendFast, send } = setUp();
    const flush = new Flush(0, 0, 0);
    const [first, second] = [sendFast(flush), sendFast(flush)];
    const slow = send(10, 40);
    const forever = send(10, Infinity);
    // The process was frozen from 20 to 220; these two calls are sent afterwards.
    const [younger, youngest] = [sendFast(220), send(220, 10)];
    inFlight.extendDeadlines(200, 220);
    expect(flush.at).toBe(200);
    expect(younger.sent?.at).toBe(220);
    expect([slow.slow.deadlineAt, youngest.slow.deadlineAt]).toEqual([250, 230]);
    expect(same(takeOverdue(inFlight, 249), [youngest])).toBe(true);
    expect(same(takeOverdue(inFlight, 300), [first, second, slow])).toBe(true);
    expect(same(inFlight.all(), [forever, younger])).toBe(true);
  });

  it('are forgiven when a busy process sent them shortly before it stood still', () => {
    const { inFlight, sendFast, send } = setUp();
    // The timer that notices the stall was due at 20, but the process was busy until 50, and then stood still.
    const [fast, slow] = [sendFast(50), send(50, 40)];
    inFlight.extendDeadlines(200, 220);
    expect([fast.sent?.at, slow.slow.deadlineAt]).toEqual([220, 260]);
  });

  it('are forgiven when they were sent at the very moment of the stall', () => {
    const { inFlight, sendFast, send } = setUp();
    const [fast, slow] = [sendFast(20), send(20, 40)];
    inFlight.extendDeadlines(200, 220);
    expect([fast.sent?.at, slow.slow.deadlineAt]).toEqual([220, 260]);
  });
});

describe('a script with which a worker of BullMQ or Bull takes or ends a job', () => {
  const script = (): Call => callOf('evalsha', 'sha', '8', 'bull:mails:wait', 'bull:mails:active');
  const sent = new Flush(0, 0, 0);

  it.each([
    ['fast', (inFlight: InFlight, call: Call) => inFlight.startFast(call, sent)],
    [
      'slow',
      (inFlight: InFlight, call: Call) =>
        inFlight.start(onSlowPath(call, { issuedAt: 0, allowedMs: 100 }), sent, sent),
    ],
  ])('is overdue only after 30 s on the %s path, in which a frozen server may thaw', (_path, start) => {
    const { inFlight, sendFast } = setUp();
    const [one, other] = [script(), script()];
    for (const call of [one, other]) start(inFlight, call);
    const read = sendFast(0);
    expect(same(takeOverdue(inFlight, 100), [read])).toBe(true);
    expect([inFlight.length, inFlight.nextDueAt]).toEqual([2, 30_000]);
    expect(one.slow?.deadlineAt).toBe(30_000);
    expect(takeOverdue(inFlight, 29_999)).toEqual([]);
    expect(same(takeOverdue(inFlight, 30_000), [one, other])).toBe(true);
    expect(inFlight.length).toBe(0);
  });

  it('has the deadline that its caller gave it, or that of its request or its pipeline', () => {
    const { inFlight } = setUp();
    const ofCaller = onSlowPath(script(), { issuedAt: 0, allowedMs: 100 });
    ofCaller.command.timeoutMs = 100;
    const ofRequest = onSlowPath(script(), { issuedAt: 0, allowedMs: 100 });
    ofRequest.slow.requestBudget = new RequestBudget(100);
    const { call: ofPipeline } = batchOf(['evalsha', 'sha', '8', 'bull:mails:wait', 'bull:mails:active']);
    ofPipeline.slow.deadlineAt = 100;
    const calls = [ofCaller, ofRequest, ofPipeline];
    for (const call of calls) inFlight.start(call, sent, sent);
    expect(new Set(takeOverdue(inFlight, 100))).toEqual(new Set(calls));
  });
});

describe('reads in flight that are to be given up', () => {
  it('are listed from that time on, once, and no write with them', () => {
    const { inFlight, sendFast } = setUp();
    const read = sendFast(0);
    inFlight.startFast(callOf('set', 'a', '1'), new Flush(0, 0, 0));
    inFlight.giveUpReads(50);
    expect(inFlight.nextDueAt).toBe(50);
    expect(inFlight.readsToGiveUp(49)).toEqual([]);
    expect(same(inFlight.readsToGiveUp(50), [read])).toBe(true);
    expect(inFlight.readsToGiveUp(60)).toEqual([]);
  });

  it('are kept when the server responds again', () => {
    const { inFlight, sendFast } = setUp();
    sendFast(0);
    inFlight.giveUpReads(50);
    inFlight.keepReads();
    expect([inFlight.nextDueAt, inFlight.readsToGiveUp(60)]).toEqual([100, []]);
  });
});
