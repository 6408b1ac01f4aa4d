import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SlowCall } from '../../../packages/core/src/command/call.ts';
import { WaitingQueue } from '../../../packages/core/src/command/pending/waiting-queue.ts';
import type { OperationMessage } from '../../../packages/core/src/verbs/operation.ts';
import { callOf, slowCall } from './call-of.ts';
import { onSlowPath } from '../../../packages/core/src/command/call.ts';

const unstalled = { noteWork: (): void => undefined, stalledMs: 0 };

const wide = { maxWaiting: 100, maxWaitingBytes: 1_000, maxWaitMs: 250 };

function add(
  queue: WaitingQueue,
  expiresAt: number,
  waitsAs: 'fresh' | 'returned' = 'fresh',
  bytes = 0,
): SlowCall {
  const call = slowCall(1_000, bytes);
  queue.add(call, waitsAs, 0, expiresAt);
  return call;
}

/** Removes and returns all calls whose waiting time is over, in the order in which `expired` returns them. */
function takeExpired(queue: WaitingQueue, now: number): SlowCall[] {
  const expired: SlowCall[] = [];
  for (let call = queue.expired(now); call !== undefined; call = queue.expired(now)) {
    queue.remove(call, now);
    expired.push(call);
  }
  return expired;
}

describe('the waiting queue', () => {
  it('does not count the time for which the process stood still, neither in the wait nor in the deadline', () => {
    const detector = { noteWork: (): void => undefined, stalledMs: 500 };
    const queue = new WaitingQueue(wide, detector);
    const call = add(queue, 250);
    const { deadlineAt } = call.slow;
    detector.stalledMs += 300;
    expect(queue.expired(300)).toBe(undefined);
    expect([call.slow.dueAt, call.slow.deadlineAt]).toEqual([550, deadlineAt + 300]);
    expect(queue.expired(550)).toBe(call);
  });

  it('does not count that time in the deadline either when the call leaves before its wait is over', () => {
    const detector = { noteWork: (): void => undefined, stalledMs: 500 };
    const queue = new WaitingQueue(wide, detector);
    const call = add(queue, 250);
    const { deadlineAt } = call.slow;
    detector.stalledMs += 100;
    queue.remove(call, 200);
    expect(call.slow.deadlineAt).toBe(deadlineAt + 100);
  });

  it('counts a stall of a millisecond, once, and still holds the call once', () => {
    const detector = { noteWork: (): void => undefined, stalledMs: 0 };
    const queue = new WaitingQueue(wide, detector);
    const call = add(queue, 250);
    detector.stalledMs += 1;
    expect([queue.expired(250), queue.length, queue.nextDueAt]).toEqual([undefined, 1, 251]);
    expect([queue.expired(251) === call, queue.remove(call, 251), queue.length]).toEqual([true, true, 0]);
  });

  it('prolongs the wait of each call once, although the process stands still longer meanwhile', () => {
    let reads = 0;
    const detector = {
      noteWork: (): void => undefined,
      get stalledMs(): number {
        if (++reads > 100) throw new Error('The queue goes on for ever.');
        return reads / 1_000;
      },
    };
    const queue = new WaitingQueue(wide, detector);
    const calls = [add(queue, 250), add(queue, 250)];
    expect(takeExpired(queue, 300)).toHaveLength(calls.length);
  });

  it('has the stall detector know since when it waits', () => {
    const notedAt: number[] = [];
    const queue = new WaitingQueue(wide, { noteWork: (now) => void notedAt.push(now), stalledMs: 0 });
    queue.add(slowCall(1_000), 'fresh', 20, 250);
    expect(notedAt).toEqual([20]);
  });

  it('lets what came back leave before what is fresh, each in its order', () => {
    const queue = new WaitingQueue(wide, unstalled);
    const fresh = [add(queue, 100), add(queue, 100)];
    const returned = [add(queue, 50, 'returned'), add(queue, 40, 'returned')];
    const order = queue.inOrder();
    expect(order).toHaveLength(4);
    expect([...returned, ...fresh].every((call, index) => order[index] === call)).toBe(true);
  });

  it('counts what it holds, and the bytes of it', () => {
    const queue = new WaitingQueue({ ...wide, maxWaiting: 2, maxWaitingBytes: 10 }, unstalled);
    expect(queue.hasRoomFor(10)).toBe(true);
    expect(queue.hasRoomFor(11)).toBe(false);
    const call = add(queue, 100, 'fresh', 6);
    expect(queue.hasRoomFor(4)).toBe(true);
    expect(queue.hasRoomFor(5)).toBe(false);
    add(queue, 100, 'fresh', 0);
    expect(queue.hasRoomFor(0)).toBe(false);
    expect(queue.remove(call, 0)).toBe(true);
    expect({ length: queue.length, bytes: queue.bytes }).toEqual({ length: 1, bytes: 0 });
    expect(queue.remove(call, 0)).toBe(false);
    expect(queue.remove(slowCall(), 0)).toBe(false);
    expect(queue.length).toBe(1);
  });

  it('names each call that has waited long enough, the earliest first', () => {
    const queue = new WaitingQueue(wide, unstalled);
    const slow = add(queue, 100);
    const quick = add(queue, 30);
    const returned = add(queue, 60, 'returned');
    expect(queue.nextDueAt).toBe(30);
    expect(takeExpired(queue, 29)).toEqual([]);
    expect(takeExpired(queue, 30)[0]).toBe(quick);
    const rest = takeExpired(queue, 100);
    expect(rest[0]).toBe(returned);
    expect(rest[1]).toBe(slow);
    expect(queue.nextDueAt).toBe(Infinity);
  });

  it('lets its calls wait longer when asked to, each until its deadline at most, and none shorter', () => {
    const queue = new WaitingQueue(wide, unstalled);
    const [late, early] = [add(queue, 600), add(queue, 100)];
    const returned = add(queue, 50, 'returned');
    queue.prolong(400);
    expect(queue.nextDueAt).toBe(400);
    expect(takeExpired(queue, 399)).toEqual([]);
    const expired = takeExpired(queue, 400);
    expect([expired.length, expired.includes(early), expired.includes(returned)]).toEqual([2, true, true]);
    queue.prolong(5_000);
    expect(queue.nextDueAt).toBe(1_000);
    expect(takeExpired(queue, 1_000)[0]).toBe(late);
  });

  it('adds up how long the commands of an operation waited', () => {
    const queue = new WaitingQueue(wide, unstalled);
    const operation = { waitedMs: 5 } as OperationMessage;
    const call = onSlowPath(callOf('get', 'a'), { issuedAt: 0, allowedMs: 1_000, operation });
    queue.add(call, 'fresh', 20, 100);
    queue.remove(call, 50);
    queue.add(call, 'returned', 60, 100);
    queue.remove(call, 61);
    expect(operation.waitedMs).toBe(36);
  });

  it('holds to a model: what is in, in which order, and what has waited long enough', () => {
    const command = fc.oneof(
      fc.record({
        kind: fc.constant('add' as const),
        waitMs: fc.integer({ min: 1, max: 60 }),
        bytes: fc.integer({ min: 0, max: 300 }),
        waitsAs: fc.constantFrom('fresh' as const, 'returned' as const),
      }),
      fc.record({ kind: fc.constant('travel' as const), ms: fc.integer({ min: 0, max: 40 }) }),
      fc.record({ kind: fc.constant('remove' as const), at: fc.nat({ max: 20 }) }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const queue = new WaitingQueue({ ...wide, maxWaiting: 12, maxWaitingBytes: 1_000 }, unstalled);
        let now = 0;
        let model: { call: SlowCall; expiresAt: number; bytes: number; waitsAs: 'fresh' | 'returned' }[] = [];
        for (const each of commands) {
          if (each.kind === 'add') {
            const bytes = model.reduce((sum, item) => sum + item.bytes, 0);
            const hasRoom = model.length < 12 && bytes + each.bytes <= 1_000;
            expect(queue.hasRoomFor(each.bytes)).toBe(hasRoom);
            if (!hasRoom) continue;
            const expiresAt = now + each.waitMs;
            model.push({ call: add(queue, expiresAt, each.waitsAs, each.bytes), expiresAt, ...each });
          } else if (each.kind === 'travel') {
            now += each.ms;
            const due = model.filter(({ expiresAt }) => expiresAt <= now).map(({ call }) => call);
            expect(new Set(takeExpired(queue, now))).toEqual(new Set(due));
            model = model.filter(({ expiresAt }) => expiresAt > now);
          } else if (model.length > 0) {
            const [removed] = model.splice(each.at % model.length, 1);
            if (removed !== undefined) queue.remove(removed.call, now);
          }
          const inOrder = [
            ...model.filter(({ waitsAs }) => waitsAs === 'returned'),
            ...model.filter(({ waitsAs }) => waitsAs === 'fresh'),
          ];
          const order = queue.inOrder();
          expect(order).toHaveLength(inOrder.length);
          expect(inOrder.every(({ call }, index) => order[index] === call)).toBe(true);
          expect(queue.length).toBe(model.length);
          expect(queue.bytes).toBe(model.reduce((sum, item) => sum + item.bytes, 0));
        }
      }),
      { numRuns: 300 },
    );
  });
});
