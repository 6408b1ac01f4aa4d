import { describe, expect, it, test } from 'vitest';
import { paceOf, schedule } from '../../../packages/core/src/connection/dial-schedule.ts';
import type { DialMoment, DialSignal } from '../../../packages/core/src/connection/dial-signal.ts';
import { idleSchedule, type DialSchedule } from '../../../packages/core/src/connection/dial-state.ts';

const at = 100_000;
const big = 10_000;
const small = 20;

function moment(fleetSize: number, changes: Partial<DialMoment> = {}): DialMoment {
  return {
    at,
    alive: 0,
    fleetSize,
    everConnected: true,
    own: 1,
    interactive: true,
    limits: { minPeriodMs: 100, maxPeriodMs: 5_000 },
    random: () => 0.5,
    ...changes,
  };
}

function after(state: Partial<DialSchedule>, signal: DialSignal, now: DialMoment): DialSchedule {
  return schedule({ ...idleSchedule, ...state }, signal, now)[0];
}

describe('a lost connection is judged by how long it lived', () => {
  const before = { flaps: 5, shaky: 4, judged: false };
  const rows: readonly (readonly [number, number, number, number])[] = [
    // fleet, lived, flaps, shaky
    [small, 99, 6, 5],
    [small, 100, 4, 5],
    [small, 999, 4, 5],
    [small, 1_000, 0, 0],
    [big, 999, 6, 5],
    [big, 1_000, 0, 0],
  ];

  test.each(rows)('in a fleet of %i: %i ms give %i flaps, %i shaky', (fleet, livedMs, flaps, shaky) => {
    const next = after(before, { type: 'lost', livedMs, alive: 0 }, moment(fleet));
    expect(next).toMatchObject({ flaps, shaky, judged: true, lostAt: at });
  });

  it('never counts below zero', () => {
    const next = after({ ...before, flaps: 0 }, { type: 'lost', livedMs: 500, alive: 0 }, moment(small));
    expect(next.flaps).toBe(0);
  });

  it('is judged once', () => {
    const next = after({ ...before, judged: true }, { type: 'lost', livedMs: 10, alive: 0 }, moment(small));
    expect(next).toMatchObject({ flaps: 5, shaky: 4 });
  });
});

describe('a failed attempt', () => {
  const shaken = { mode: 'paced', origin: 'outage', dueAt: at + 50, shaky: 4, flaps: 3 } as const;

  it('that nobody answered takes one off both counts', () => {
    const failed = { type: 'failed', overload: false, handshake: false } as const;
    expect(after(shaken, failed, moment(small))).toMatchObject({ flaps: 2, shaky: 3 });
    expect(after({ ...shaken, flaps: 0, shaky: 0 }, failed, moment(small))).toMatchObject({
      flaps: 0,
      shaky: 0,
    });
  });

  it('in the handshake leaves them', () => {
    const failed = { type: 'failed', overload: false, handshake: true } as const;
    expect(after(shaken, failed, moment(small))).toMatchObject({ flaps: 3, shaky: 4 });
  });
});

describe('the pause after connections that broke at once', () => {
  const rows = [
    [1, 100],
    [2, 200],
    [3, 400],
    [5, 1_600],
    [6, 2_000],
    [20, 2_000],
  ] as const;

  test.each(rows)('is after %i of them %i ms from the last attempt', (flaps, pauseMs) => {
    const next = after({ flaps, attemptedAt: at, lostAt: at }, { type: 'wanted' }, moment(small));
    expect(next.dueAt).toBe(at + pauseMs);
  });

  it('is no pause at all after none', () => {
    const next = after({ attemptedAt: at, lostAt: at }, { type: 'wanted' }, moment(small));
    expect(next.dueAt).toBeLessThan(at + 10);
  });
});

describe('followers of a server that keeps nobody', () => {
  const succeeded = { type: 'succeeded', overload: false, waiting: 3 } as const;

  test.each([
    [2, 0],
    [3, 25],
  ])('after %i short lives in a row wait %i ms', (shaky, calmMs) => {
    const chained = { mode: 'chained', origin: 'fresh', shaky } as const;
    expect(after(chained, succeeded, moment(small)).dueAt).toBe(at + calmMs);
  });
});

describe('who wants a connection', () => {
  it('while attempts are due changes nothing', () => {
    const state: DialSchedule = {
      ...idleSchedule,
      mode: 'paced',
      origin: 'outage',
      beganAt: at - 50,
      attemptedAt: at - 50,
      dueAt: at + 40,
    };
    expect(schedule(state, { type: 'wanted' }, moment(small))[0]).toBe(state);
  });

  it('within two periods of the last attempt goes on with the schedule there is', () => {
    const state = {
      mode: 'paced',
      origin: 'outage',
      step: 7,
      attemptedAt: at - 3_900,
      beganAt: at - 3_900,
      dueAt: at - 10,
    } as const;
    expect(after(state, { type: 'wanted' }, moment(big))).toMatchObject({ step: 7, beganAt: at - 3_900 });
    const late = after(
      { ...state, attemptedAt: at - 4_100, beganAt: at - 4_100 },
      { type: 'wanted' },
      moment(big),
    );
    expect(late).toMatchObject({ origin: 'fresh', beganAt: at });
  });

  test.each([
    [0, at - 500, 'outage'],
    [1, at - 500, 'lone'],
    [1, at - 999, 'lone'],
    [1, at - 1_000, 'lone'],
    [0, at - 1_001, 'fresh'],
  ] as const)('with %i connections standing, one lost at %i: %s', (alive, lostAt, origin) => {
    const next = after({ lostAt }, { type: 'wanted' }, moment(small, { alive }));
    expect(next.origin).toBe(origin);
  });
});

describe('the eager ramp', () => {
  it('starts anew when dialing begins for a connection that had lasted', () => {
    const next = after({ lostAt: at, rampedAt: at - 2_000 }, { type: 'wanted' }, moment(small));
    expect(next).toMatchObject({ origin: 'outage', rampedAt: at, step: 0 });
  });

  test.each([
    ['a fleet that is big', { lostAt: at }, big, -Infinity],
    ['nothing that was lost', {}, small, -Infinity],
    ['a connection that broke at once', { lostAt: at, flaps: 1 }, small, -Infinity],
    ['a ramp two seconds ago, almost', { lostAt: at, rampedAt: at - 1_999 }, small, at - 1_999],
  ] as const)('does not start for %s', (_why, state, fleetSize, rampedAt) => {
    expect(after(state, { type: 'wanted' }, moment(fleetSize)).rampedAt).toBe(rampedAt);
  });

  test.each([
    [1_999, at + 40],
    [2_000, at + 2.5],
  ])('that began %i ms ago, when another connection is lost: due at %d', (sinceMs, dueAt) => {
    const state = {
      mode: 'paced',
      origin: 'lone',
      step: 2,
      rampedAt: at - sinceMs,
      beganAt: at - sinceMs,
      attemptedAt: at - 60,
      dueAt: at + 40,
    } as const;
    const next = after(state, { type: 'lost', livedMs: 60_000, alive: 0 }, moment(small));
    expect(next).toMatchObject({ origin: 'outage', dueAt });
  });

  it('counts its distances from now when the clock stood still', () => {
    const state = { mode: 'paced', origin: 'outage', step: 9, attemptedAt: at - 1_130 } as const;
    const inTime = after({ ...state, dueAt: at }, { type: 'ticked', room: true }, moment(small));
    const thawed = after({ ...state, dueAt: at - 1_030 }, { type: 'ticked', room: true }, moment(small));
    expect(thawed.dueAt).toBe(inTime.dueAt);
  });
});

it('the pace of who is idle does not depend on when an outage began', () => {
  const booting = moment(small, { fleetSize: undefined, everConnected: false });
  expect(paceOf({ ...idleSchedule, beganAt: at - 120_000 }, booting).periodMs).toBe(100);
  expect(paceOf({ ...idleSchedule, mode: 'paced', beganAt: at - 120_000 }, booting).periodMs).toBe(1_000);
  expect(paceOf({ ...idleSchedule, mode: 'paced', beganAt: at - 59_999 }, booting).periodMs).toBe(100);
});
