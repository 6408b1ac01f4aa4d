import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import type { Looks } from '../../../packages/core/src/event-loop/alarm.ts';
import { JointLooks } from '../../../packages/core/src/event-loop/joint-looks.ts';

function setUp(): {
  clock: ManualClock;
  shared: JointLooks;
  seen: string[];
  named: (name: string) => Looks;
} {
  const clock = new ManualClock({ nowMs: 5_000 });
  const seen: string[] = [];
  const named = (name: string): Looks => ({ look: () => seen.push(`${name} ${clock.now()}`) });
  return { clock, shared: JointLooks.of(clock), seen, named };
}

it('looks that may be 25 ms early are one when they are due within that time, and none is late', () => {
  const { clock, shared, seen, named } = setUp();
  expect([shared.plan(named('a'), 5_100, 25), shared.plan(named('b'), 5_124, 25)]).toEqual([5_100, 5_100]);
  expect(shared.plan(named('c'), 5_125, 25)).toBe(5_125);
  expect(clock.pendingTimers).toBe(1);
  clock.travel(99);
  expect(seen).toEqual([]);
  clock.travel(1);
  expect(seen.toSorted()).toEqual(['a 5100', 'b 5100']);
  clock.travel(1_000);
  expect(seen[2]).toBe('c 5125');
  expect(seen).toHaveLength(3);
});

it('all that use one clock share their looks, and those of another clock do not', () => {
  const { clock, shared } = setUp();
  expect(JointLooks.of(clock)).toBe(shared);
  expect(JointLooks.of(new ManualClock())).not.toBe(shared);
});

it('a look may plan the next, also one that is due before those that are planned', () => {
  const { clock, shared, seen, named } = setUp();
  const again: Looks = {
    look() {
      seen.push(`again ${clock.now()}`);
      if (seen.length < 3) shared.plan(again, clock.now() + 100, 25);
    },
  };
  shared.plan(again, 5_100, 25);
  shared.plan(named('late'), 5_700, 25);
  clock.travel(1_000);
  expect(seen).toEqual(['again 5100', 'again 5200', 'again 5300', 'late 5700']);
});

it('a plan that is taken back is not carried out, and leaves no timer', () => {
  const { clock, shared, seen, named } = setUp();
  const [kept, dropped] = [named('kept'), named('dropped')];
  shared.plan(kept, 5_100, 25);
  shared.plan(dropped, 5_100, 25);
  shared.forget(dropped, 5_100);
  shared.forget(dropped, 5_100);
  shared.forget(kept, 5_200);
  expect(clock.pendingTimers).toBe(1);
  shared.forget(kept, 5_100);
  expect(clock.pendingTimers).toBe(0);
  clock.travel(1_000);
  expect(seen).toEqual([]);
});

it('a look that takes back another of the same moment keeps it from looking', () => {
  const { clock, shared, seen, named } = setUp();
  const both: Looks[] = [];
  for (const name of ['a', 'b']) {
    const looks: Looks = {
      look() {
        named(name).look();
        for (const each of both) shared.forget(each, 5_100);
      },
    };
    both.push(looks);
    shared.plan(looks, 5_100, 25);
  }
  clock.travel(100);
  expect(seen).toHaveLength(1);
});

it('an error that one look throws keeps no other from looking', async () => {
  const { clock, shared, seen, named } = setUp();
  const thrown = new Promise((resolve) => process.once('uncaughtException', resolve));
  const listeners = process.rawListeners('uncaughtException').slice(0, -1) as ((error: Error) => void)[];
  for (const listener of listeners) process.off('uncaughtException', listener);
  shared.plan(named('a'), 5_100, 25);
  shared.plan(
    {
      look() {
        throw new Error('of a look');
      },
    },
    5_100,
    25,
  );
  shared.plan(named('b'), 5_100, 25);
  clock.travel(100);
  expect(seen.toSorted()).toEqual(['a 5100', 'b 5100']);
  expect(await thrown).toMatchObject({ message: 'of a look' });
  for (const listener of listeners) process.on('uncaughtException', listener);
});
