import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import {
  UnansweredConnections,
  type Unanswered,
} from '../../../packages/core/src/stall/unanswered-connections.ts';

interface Stage {
  readonly clock: ManualClock;
  readonly list: UnansweredConnections;
  readonly seen: string[];
  readonly named: (name: string, onLook?: () => void) => Unanswered;
}

function setUp(): Stage {
  const clock = new ManualClock({ nowMs: 1_000 });
  const seen: string[] = [];
  const named = (name: string, onLook: () => void = () => undefined): Unanswered => ({
    unansweredSince: Infinity,
    unansweredBefore: undefined,
    unansweredAfter: undefined,
    look() {
      seen.push(`${name} ${clock.now()}`);
      onLook();
    },
  });
  return { clock, list: UnansweredConnections.of(clock), seen, named };
}

it('a connection that is not answered is looked at once, before its limit', () => {
  const { clock, list, seen, named } = setUp();
  list.add(named('a'), 1_000, 200);
  clock.travel(174);
  expect(seen).toEqual([]);
  clock.travel(1);
  expect(seen).toEqual(['a 1175']);
  clock.travel(1_000);
  expect([seen.length, clock.pendingTimers]).toEqual([1, 0]);
});

it('a connection that is answered is not looked at, wherever it stands in the list', () => {
  for (const answered of [0, 1, 2]) {
    const { clock, list, seen, named } = setUp();
    const all = ['a', 'b', 'c'].map((name) => named(name));
    for (const each of all) list.add(each, 1_000, 200);
    list.remove(all[answered] as Unanswered);
    list.remove(all[answered] as Unanswered);
    clock.travel(300);
    expect(seen).toEqual(['a 1175', 'b 1175', 'c 1175'].filter((_, place) => place !== answered));
  }
});

it('connections are looked at together, and none after its limit', () => {
  const { clock, list, seen, named } = setUp();
  for (const name of ['a', 'b', 'c']) {
    list.add(named(name), clock.now(), 200);
    clock.travel(10);
  }
  clock.travel(300);
  expect(seen).toEqual(['a 1175', 'b 1200', 'c 1200']);
});

it('one that joins with a shorter limit is looked at in time, and so are all from then on', () => {
  const { clock, list, seen, named } = setUp();
  list.add(named('long'), 1_000, 400);
  list.add(named('short'), 1_000, 100);
  clock.travel(75);
  expect(seen).toEqual(['long 1075', 'short 1075']);
  list.add(named('later'), clock.now(), 400);
  clock.travel(75);
  expect(seen[2]).toBe('later 1150');
});

it('one that has left and joins again begins anew', () => {
  const { clock, list, seen, named } = setUp();
  const one = named('a');
  list.add(one, 1_000, 200);
  clock.travel(100);
  list.remove(one);
  list.add(one, clock.now(), 200);
  clock.travel(1_000);
  expect(seen).toEqual(['a 1275']);
});

it('the last that is forgotten leaves no timer', () => {
  const { clock, list, named } = setUp();
  const [one, other] = [named('a'), named('b')];
  list.add(one, 1_000, 200);
  list.add(other, 1_000, 200);
  list.forget(one);
  expect(clock.pendingTimers).toBe(1);
  list.forget(other);
  expect(clock.pendingTimers).toBe(0);
});

it('a look that throws does not keep the others from looking', async () => {
  const { clock, list, seen, named } = setUp();
  const thrown = new Promise<unknown>((resolve) => process.once('uncaughtException', resolve));
  const listeners = process.rawListeners('uncaughtException').slice(0, -1) as ((error: Error) => void)[];
  for (const listener of listeners) process.off('uncaughtException', listener);
  const broken = named('broken', () => {
    throw new Error('broken');
  });
  list.add(broken, 1_000, 200);
  list.add(named('whole'), 1_000, 200);
  clock.travel(200);
  expect(await thrown).toEqual(new Error('broken'));
  for (const listener of listeners) process.on('uncaughtException', listener);
  expect(seen).toEqual(['broken 1175', 'whole 1175']);
});

it('only connections whose limit is twice as long as looks may be early can be in the list', () => {
  expect([49.9, 50].map((limitMs) => UnansweredConnections.suits(limitMs))).toEqual([false, true]);
});
