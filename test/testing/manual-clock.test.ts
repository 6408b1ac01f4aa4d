import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';

describe('ManualClock', () => {
  it('stands still until told to move', () => {
    const clock = new ManualClock({ nowMs: 5, wallMs: 1_000 });
    clock.travel(0);
    expect([clock.now(), clock.wallNow()]).toEqual([5, 1_000]);
    clock.travel(250);
    expect([clock.now(), clock.wallNow()]).toEqual([255, 1_250]);
  });

  it('fires due timers in order of time, ties in order of creation, each at its due time', () => {
    const { clock, fired, arm } = journal();
    arm('c', 30);
    arm('a', 10);
    arm('b1', 20);
    arm('b2', 20);
    arm('late', 31);
    clock.travel(30);
    expect(fired).toEqual(['a@10', 'b1@20', 'b2@20', 'c@30']);
    expect(clock.now()).toBe(30);
    expect(clock.pendingTimers).toBe(1);
    expect(clock.nextTimerAt).toBe(31);
  });

  it('fires timers that are created on the way when they fall due on the way', () => {
    const { clock, fired, arm } = journal();
    clock.setTimeout(() => {
      arm('child', 5);
      arm('grandchild', 50);
    }, 10);
    clock.travel(20);
    expect(fired).toEqual(['child@15']);
    clock.travel(40);
    expect(fired).toEqual(['child@15', 'grandchild@60']);
  });

  it('forgets a timer that is cleared, also by a timer before it', () => {
    const { clock, fired, arm } = journal();
    const victim = arm('victim', 20);
    clock.setTimeout(() => clock.clearTimeout(victim), 10);
    clock.travel(100);
    expect(fired).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
    expect(clock.nextTimerAt).toBeUndefined();
  });

  it('lets promises settle between timers in travelAsync', async () => {
    const { clock, fired, arm } = journal();
    clock.setTimeout(() => {
      void Promise.resolve()
        .then(() => undefined)
        .then(() => arm('after the promise', 10));
    }, 10);
    await clock.travelAsync(25);
    expect(fired).toEqual(['after the promise@20']);
    expect(clock.now()).toBe(25);
  });

  it('fires what is overdue after a jump only at the next travel, and never turns back', () => {
    const { clock, fired, arm } = journal();
    arm('a', 10);
    arm('b', 20);
    clock.jump(1_000);
    expect(fired).toEqual([]);
    expect([clock.now(), clock.wallNow() - Date.UTC(2026, 0, 1)]).toEqual([1_000, 1_000]);
    clock.travel(0);
    expect(fired).toEqual(['a@1000', 'b@1000']);
  });

  it('moves the wall clock alone in a wallJump', () => {
    const { clock, fired, arm } = journal();
    arm('a', 10);
    const wall = clock.wallNow();
    clock.wallJump(-3_600_000);
    clock.travel(5);
    expect([clock.now(), clock.wallNow() - wall]).toEqual([5, -3_599_995]);
    expect(fired).toEqual([]);
  });

  it('runs immediates at the next travel and right after the timer that asked for them', () => {
    const { clock, fired, note, arm } = journal();
    clock.setImmediate(() => note('first'));
    clock.setTimeout(() => clock.setImmediate(() => note('of the timer')), 10);
    arm('later', 11);
    expect(fired).toEqual([]);
    clock.travel(11);
    expect(fired).toEqual(['first@0', 'of the timer@10', 'later@11']);
  });

  it('gives timers that take ref and unref', () => {
    const clock = new ManualClock();
    const timer = clock.setTimeout(() => undefined, 1);
    expect(timer.unref().ref()).toBe(timer);
    expect(clock.pendingTimers).toBe(1);
  });

  it.each([-1, NaN, Infinity])('refuses to move by %s', (ms) => {
    expect(() => new ManualClock().travel(ms)).toThrow(RangeError);
  });

  it('refuses to spin for ever on a timer without delay that arms itself', () => {
    const clock = new ManualClock();
    const again = (): void => void clock.setTimeout(again, 0);
    again();
    expect(() => clock.travel(1)).toThrow(/keeps arming itself/);
  });
});

function journal() {
  const clock = new ManualClock();
  const fired: string[] = [];
  const note = (name: string): void => void fired.push(`${name}@${clock.now()}`);
  const arm = (name: string, delayMs: number) => clock.setTimeout(() => note(name), delayMs);
  return { clock, fired, note, arm };
}
