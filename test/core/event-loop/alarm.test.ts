import { ManualClock, type ManualTimer } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { Alarm } from '../../../packages/core/src/event-loop/alarm.ts';

/** A manual clock that counts the timers that would keep the process alive. */
class CountingClock extends ManualClock {
  readonly #unrefed = new Set<object>();
  created = 0;
  longestDelayMs = 0;

  override setTimeout(callback: () => void, delayMs: number): ManualTimer {
    const timer = super.setTimeout(callback, delayMs);
    const unref = timer.unref.bind(timer);
    this.created++;
    this.longestDelayMs = Math.max(this.longestDelayMs, delayMs);
    timer.unref = () => {
      this.#unrefed.add(timer);
      return unref();
    };
    this.#last = timer;
    return timer;
  }

  #last: ManualTimer | undefined;

  get keepsAlive(): boolean {
    return this.pendingTimers > 0 && !this.#unrefed.has(this.#last as object);
  }
}

function setUp(): { clock: CountingClock; alarm: Alarm; rings: number[] } {
  const clock = new CountingClock({ nowMs: 5_000 });
  const rings: number[] = [];
  return { clock, alarm: new Alarm(clock, { look: () => rings.push(clock.now()) }), rings };
}

it('an alarm rings once, when it is due', () => {
  const { clock, alarm, rings } = setUp();
  expect(alarm.dueAt).toBe(Infinity);
  alarm.set(5_100, false);
  expect(alarm.dueAt).toBe(5_100);
  clock.travel(99);
  expect(rings).toEqual([]);
  clock.travel(1_000);
  expect(rings).toEqual([5_100]);
  expect(alarm.dueAt).toBe(Infinity);
});

it('an alarm that is overdue rings at once', () => {
  const { clock, alarm, rings } = setUp();
  alarm.set(4_000, false);
  clock.travel(0);
  expect(rings).toEqual([5_000]);
});

it('an alarm is moved to an earlier time, and keeps the earlier one otherwise', () => {
  const { clock, alarm, rings } = setUp();
  alarm.set(5_100, false);
  alarm.set(5_050, false);
  alarm.set(5_070, false);
  alarm.set(5_050, false);
  expect(alarm.dueAt).toBe(5_050);
  expect(clock.created).toBe(2);
  clock.travel(1_000);
  expect(rings).toEqual([5_050]);
});

it('an alarm that is cleared, or set for never, does not ring', () => {
  const { clock, alarm, rings } = setUp();
  alarm.set(5_100, true);
  alarm.clear();
  alarm.set(5_100, true);
  alarm.set(Infinity, true);
  expect(alarm.dueAt).toBe(Infinity);
  expect(clock.pendingTimers).toBe(0);
  clock.travel(1_000);
  expect(rings).toEqual([]);
  alarm.set(6_100, false);
  clock.travel(100);
  expect(rings).toEqual([6_100]);
});

it('an exact alarm does not ring with another one that is due a millisecond before', () => {
  const { clock, alarm, rings } = setUp();
  const other = new Alarm(clock, { look: () => rings.push(-clock.now()) });
  alarm.set(5_100, false);
  other.set(5_099, false);
  clock.travel(99);
  expect(rings).toEqual([-5_099]);
  clock.travel(1);
  expect(rings).toEqual([-5_099, 5_100]);
});

it('an alarm that another one clears as both are due does not ring', () => {
  const { clock, alarm, rings } = setUp();
  const other = new Alarm(clock, { look: () => alarm.clear() });
  other.set(5_100, false);
  alarm.set(5_100, false);
  clock.travel(1_000);
  expect([rings, clock.pendingTimers]).toEqual([[], 0]);
});

it('an alarm rings also when another one is cleared', () => {
  const { clock, alarm, rings } = setUp();
  const other = new Alarm(clock, { look: () => undefined });
  alarm.set(5_100, false);
  other.set(5_200, false);
  other.clear();
  clock.travel(1_000);
  expect(rings).toEqual([5_100]);
});

it('an alarm may be set again while it rings', () => {
  const clock = new ManualClock();
  const rings: number[] = [];
  const alarm: Alarm = new Alarm(clock, {
    look: () => {
      rings.push(clock.now());
      if (rings.length < 3) alarm.set(clock.now() + 10, false);
    },
  });
  alarm.set(10, false);
  clock.travel(100);
  expect(rings).toEqual([10, 20, 30]);
});

it('an alarm keeps the process alive only while that is asked for', () => {
  const { clock, alarm } = setUp();
  alarm.set(5_100, false);
  expect(clock.keepsAlive).toBe(false);
  alarm.set(5_200, true);
  expect(clock.keepsAlive).toBe(true);
  expect(alarm.dueAt).toBe(5_200);
  alarm.set(5_200, false);
  expect(clock.keepsAlive).toBe(false);
  expect(clock.pendingTimers).toBe(1);
});

it('the alarms of a clock share one timer', () => {
  const { clock, alarm, rings } = setUp();
  const other = new Alarm(clock, { look: () => rings.push(-clock.now()) });
  alarm.set(5_100, false);
  other.set(5_050, false);
  expect(clock.pendingTimers).toBe(1);
  clock.travel(200);
  expect(rings).toEqual([-5_050, 5_100]);
  expect(clock.pendingTimers).toBe(0);
});

it('an alarm that need not be exact rings early with another one, and not by itself', () => {
  const { clock, alarm, rings } = setUp();
  const other = new Alarm(clock, { look: () => rings.push(-clock.now()) });
  alarm.set(5_100, false, 60);
  other.set(5_050, false);
  clock.travel(50);
  expect(rings).toEqual([-5_050, 5_050]);
  alarm.set(5_150, false, 60);
  clock.travel(99);
  expect(rings).toHaveLength(2);
  clock.travel(1);
  expect(rings.at(-1)).toBe(5_150);
});

it('an alarm that is set for now while alarms ring rings in the next turn', () => {
  const { clock } = setUp();
  const rings: number[] = [];
  const alarm = new Alarm(clock, {
    look: () => {
      rings.push(clock.now());
      if (rings.length < 3) alarm.set(clock.now(), false);
    },
  });
  alarm.set(5_010, false);
  clock.travel(10);
  expect(rings[0]).toBe(5_010);
  clock.travel(0);
  clock.travel(0);
  expect(rings).toEqual([5_010, 5_010, 5_010]);
});

it('an alarm that another one clears as they ring together does not ring', () => {
  const { clock, alarm, rings } = setUp();
  const other = new Alarm(clock, { look: () => alarm.clear() });
  other.set(5_020, false);
  alarm.set(5_020, false);
  clock.travel(50);
  expect(rings).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

it('an alarm rings although another one that was due with it throws', () => {
  const { clock, alarm, rings } = setUp();
  const broken = new Alarm(clock, {
    look: () => {
      throw new Error('broken');
    },
  });
  broken.set(5_010, false);
  alarm.set(5_010, false);
  expect(() => clock.travel(10)).toThrow('broken');
  clock.travel(0);
  expect(rings).toEqual([5_010]);
  expect(clock.pendingTimers).toBe(0);
});

it.each([
  ['cleared', undefined],
  ['set again', 5_030],
])('an alarm that was %s by another one that then throws rings once when it is due', (_how, againAt) => {
  const { clock, alarm, rings } = setUp();
  const broken = new Alarm(clock, {
    look: () => {
      alarm.clear();
      if (againAt !== undefined) alarm.set(againAt, false);
      throw new Error('broken');
    },
  });
  broken.set(5_010, false);
  alarm.set(5_010, false);
  expect(() => clock.travel(10)).toThrow('broken');
  alarm.set(5_030, false);
  clock.travel(100);
  alarm.set(5_200, false);
  clock.travel(100);
  expect([rings, clock.pendingTimers]).toEqual([[5_030, 5_200], 0]);
});

it('an alarm that is due in 34 years sets no timer that Node would fire at once', () => {
  const { clock, alarm, rings } = setUp();
  alarm.set(5_000 + 2 ** 40, false);
  expect(clock.longestDelayMs).toBe(2 ** 31 - 1);
  clock.travel(2 ** 31);
  expect([rings, clock.created]).toEqual([[], 2]);
});
