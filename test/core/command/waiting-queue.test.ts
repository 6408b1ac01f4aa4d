import { ManualClock } from '@redis-resilience/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../../packages/core/src/command/call.ts';
import { WaitingQueue } from '../../../packages/core/src/command/waiting-queue.ts';
import { waitingCall } from './call-of.ts';

function open(bounds = { maxWaiting: 100, maxWaitingBytes: 1_000 }): {
  clock: ManualClock;
  queue: WaitingQueue;
  expired: Call[];
} {
  const clock = new ManualClock();
  const expired: Call[] = [];
  const queue = new WaitingQueue(clock, bounds, (call) => expired.push(call));
  return { clock, queue, expired };
}

function add(
  queue: WaitingQueue,
  expiresAt: number,
  waitsAs: 'fresh' | 'returned' = 'fresh',
  bytes = 0,
): Call {
  const { call, slow } = waitingCall(expiresAt, bytes);
  queue.add(call, slow, waitsAs);
  return call;
}

function releaseAll(queue: WaitingQueue): Call[] {
  const released: Call[] = [];
  queue.release(
    () => true,
    (call) => released.push(call),
  );
  return released;
}

describe('the waiting queue', () => {
  it('releases returned calls before new ones, each in their order', () => {
    const { queue } = open();
    const fresh = [add(queue, 100), add(queue, 100)];
    const returned = [add(queue, 50, 'returned'), add(queue, 40, 'returned')];

    expect(releaseAll(queue)).toEqual([...returned, ...fresh]);
    expect(queue.length).toBe(0);
  });

  it('counts the calls that it holds, and their bytes', () => {
    const { queue } = open({ maxWaiting: 2, maxWaitingBytes: 10 });
    expect(queue.hasRoomFor(10)).toBe(true);
    expect(queue.hasRoomFor(11)).toBe(false);
    const call = add(queue, 100, 'fresh', 6);
    expect(queue.hasRoomFor(4)).toBe(true);
    expect(queue.hasRoomFor(5)).toBe(false);
    add(queue, 100, 'fresh', 0);
    expect(queue.hasRoomFor(0)).toBe(false);
    queue.remove(call);
    expect({ length: queue.length, bytes: queue.bytes }).toEqual({ length: 1, bytes: 0 });
    queue.remove(call);
    expect(queue.length).toBe(1);
  });

  it('gives up each call at its time, also when a later one is due first', () => {
    const { clock, queue, expired } = open();
    const slow = add(queue, 100);
    const quick = add(queue, 30);
    const returned = add(queue, 60, 'returned');
    clock.travel(30);
    expect(expired).toEqual([quick]);
    clock.travel(30);
    expect(expired).toEqual([quick, returned]);
    clock.travel(40);
    expect(expired).toEqual([quick, returned, slow]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('keeps no timer when nothing waits, and none for a call that waits for ever', () => {
    const { clock, queue } = open();
    const call = add(queue, 100);
    expect(clock.pendingTimers).toBe(1);
    queue.remove(call);
    expect(clock.pendingTimers).toBe(0);
    add(queue, Infinity);
    expect(clock.pendingTimers).toBe(0);
  });

  it('agrees with a model on which calls are in it, which left, in which order, and when', () => {
    const command = fc.oneof(
      fc.record({
        kind: fc.constant('add' as const),
        waitMs: fc.integer({ min: 1, max: 60 }),
        bytes: fc.integer({ min: 0, max: 300 }),
        waitsAs: fc.constantFrom('fresh' as const, 'returned' as const),
      }),
      fc.record({ kind: fc.constant('travel' as const), ms: fc.integer({ min: 0, max: 40 }) }),
      fc.record({ kind: fc.constant('release' as const), every: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant('remove' as const), at: fc.nat({ max: 20 }) }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const bounds = { maxWaiting: 12, maxWaitingBytes: 1_000 };
        const { clock, queue, expired } = open(bounds);
        let model: { call: Call; expiresAt: number; bytes: number; waitsAs: 'fresh' | 'returned' }[] = [];
        for (const each of commands) {
          if (each.kind === 'add') {
            const bytes = model.reduce((sum, item) => sum + item.bytes, 0);
            const hasRoom = model.length < 12 && bytes + each.bytes <= 1_000;
            expect(queue.hasRoomFor(each.bytes)).toBe(hasRoom);
            if (!hasRoom) continue;
            const expiresAt = clock.now() + each.waitMs;
            model.push({ call: add(queue, expiresAt, each.waitsAs, each.bytes), expiresAt, ...each });
          } else if (each.kind === 'travel') {
            expired.length = 0;
            clock.travel(each.ms);
            const due = model.filter(({ expiresAt }) => expiresAt <= clock.now()).map(({ call }) => call);
            expect(new Set(expired)).toEqual(new Set(due));
            model = model.filter(({ expiresAt }) => expiresAt > clock.now());
          } else if (each.kind === 'release') {
            const inOrder = [
              ...model.filter(({ waitsAs }) => waitsAs === 'returned'),
              ...model.filter(({ waitsAs }) => waitsAs === 'fresh'),
            ].map(({ call }) => call);
            const chosen = new Set(inOrder.filter((_entry, index) => index % each.every === 0));
            const released: Call[] = [];
            queue.release(
              (call) => chosen.has(call),
              (call) => released.push(call),
            );
            expect(released).toEqual([...chosen]);
            model = model.filter(({ call }) => !chosen.has(call));
          } else if (model.length > 0) {
            const [removed] = model.splice(each.at % model.length, 1);
            if (removed !== undefined) queue.remove(removed.call);
          }
          expect(queue.length).toBe(model.length);
          expect(queue.bytes).toBe(model.reduce((sum, item) => sum + item.bytes, 0));
        }
      }),
      { numRuns: 300 },
    );
  });
});
