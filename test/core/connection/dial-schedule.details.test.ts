import { describe, expect, it, test } from 'vitest';
import { nextDueAt, schedule } from '../../../packages/core/src/connection/dial-schedule.ts';
import type { DialMoment, DialSignal } from '../../../packages/core/src/connection/dial-signal.ts';
import { idleSchedule, type DialSchedule } from '../../../packages/core/src/connection/dial-state.ts';

const at = 100_000;
const big = { fleetSize: 10_000 };
const small = { fleetSize: 20 };

function moment(changes: Partial<DialMoment>): DialMoment {
  return {
    at,
    alive: 0,
    fleetSize: 20,
    everConnected: true,
    own: 1,
    interactive: true,
    limits: { minPeriodMs: 100, maxPeriodMs: 5_000 },
    random: () => 0.5,
    ...changes,
  };
}

function after(state: Partial<DialSchedule>, signal: DialSignal, now: Partial<DialMoment>): DialSchedule {
  return schedule({ ...idleSchedule, ...state }, signal, moment(now))[0];
}

const wanted = { type: 'wanted' } as const;
const ticked = { type: 'ticked', room: true } as const;
const paced = { mode: 'paced', origin: 'outage', beganAt: at - 9_000, step: 4 } as const;
const chained = { mode: 'chained', origin: 'outage', attemptedAt: at - 50 } as const;

describe('who wants a connection', () => {
  it('for one of several that was lost dials within 50 ms, also in a big fleet', () => {
    const next = after({ lostAt: at }, wanted, { ...big, alive: 1 });
    expect(next).toMatchObject({ origin: 'lone', step: -1, dueAt: at + 25 });
  });

  it('after a due time passed with nobody waiting waits out the period since the last attempt', () => {
    const state = { ...paced, attemptedAt: at - 60, dueAt: at - 10 };
    expect(after(state, wanted, small).dueAt).toBe(at + 40);
  });

  it.each([
    [small, at],
    [big, undefined],
  ])('behind a leader under way follows at once where there is room: %o', (fleet, dueAt) => {
    expect(after({ ...chained, dueAt: undefined }, wanted, fleet).dueAt).toBe(dueAt);
  });

  it('begins anew at the pace of a beginning, whatever was before', () => {
    const booting = { fleetSize: undefined, everConnected: false };
    const state = { beganAt: at - 120_000, attemptedAt: at, flaps: 1 };
    expect(after(state, wanted, booting).dueAt).toBe(at + 100);
  });

  test.each([
    ['a small fleet', { lostAt: at }, small, 0],
    ['a small fleet whose connections break', { lostAt: at, flaps: 1 }, small, 1_000],
    ['a big fleet', { lostAt: at }, big, 0],
    ['a big fleet, of which one was lost', { lostAt: at }, { ...big, alive: 2 }, -1],
  ] as const)('in %s begins at step', (_which, state, now, step) => {
    expect(after(state, wanted, now).step).toBe(step);
  });
});

describe('a loss while others stand', () => {
  const lost = { type: 'lost', livedMs: 50, alive: 1 } as const;

  it('leaves the schedule alone', () => {
    const state = { ...paced, attemptedAt: at - 60, dueAt: at + 40 };
    expect(after(state, lost, small).dueAt).toBe(at + 40);
    expect(after({ ...chained, dueAt: at + 70 }, { ...lost, livedMs: 60_000 }, small)).toMatchObject({
      mode: 'chained',
      dueAt: at + 70,
    });
  });

  it('of the leader’s connection, at once, begins an outage', () => {
    expect(after({ ...chained, dueAt: at + 70, judged: false }, lost, small)).toMatchObject({
      mode: 'paced',
      origin: 'outage',
      flaps: 1,
    });
  });
});

describe('the clock rings', () => {
  it.each([
    [1, 'attempt'],
    [1.5, 'none'],
  ] as const)('%d ms early: %s', (earlyMs, effect) => {
    const state = { ...idleSchedule, ...paced, attemptedAt: at - 100, dueAt: at + earlyMs };
    expect(schedule(state, ticked, moment(small))[1]).toBe(effect);
  });

  it('without room: the time of the last attempt stays', () => {
    const state = { ...paced, attemptedAt: at - 100, dueAt: at };
    expect(after(state, { type: 'ticked', room: false }, small).attemptedAt).toBe(at - 100);
    expect(after(state, ticked, small).attemptedAt).toBe(at);
  });

  it.each([
    [2_000, 1, 'attempt'],
    [2_001, 1, 'none'],
    [2_001, 0, 'attempt'],
  ] as const)('%d ms late at step %i in a big fleet: %s', (lateMs, step, effect) => {
    const state = { ...idleSchedule, ...paced, step, attemptedAt: at - 4_000, dueAt: at - lateMs };
    expect(schedule(state, ticked, moment(big))[1]).toBe(effect);
  });

  it('late within the ramp: the next due time is the next of the old ones', () => {
    const state = { ...paced, step: 1, attemptedAt: at - 125, dueAt: at - 80 };
    expect(after(state, ticked, small).dueAt).toBeCloseTo(at - 80 + 44.325 + 100, 5);
  });

  it('for a hint and for the period in one: it counts as the periodic attempt', () => {
    const state = { ...paced, attemptedAt: at - 100, dueAt: at, hurryAt: at };
    expect(after(state, ticked, small)).toMatchObject({ step: 5, hurriedAt: -Infinity });
  });
});

describe('a failed attempt', () => {
  it('turns whatever dialing was for into an outage', () => {
    const state = { ...paced, origin: 'lone', attemptedAt: at, dueAt: at + 50 } as const;
    expect(after(state, { type: 'failed', overload: false, handshake: false }, small).origin).toBe('outage');
  });

  it('of a follower puts the next one a whole period after it', () => {
    const failed = { type: 'failed', overload: false, handshake: false } as const;
    expect(after({ ...chained, dueAt: undefined }, failed, { ...big, random: () => 0 }).dueAt).toBe(
      at - 50 + 1_960,
    );
  });

  it.each([
    ['in the handshake, big fleet', false, big, at + 1_500],
    ['for overload, small fleet', true, small, at + 1_500],
    ['for overload, big fleet', true, big, at + 1_960],
  ] as const)('%s: due then', (_which, overload, fleet, dueAt) => {
    const state = { ...paced, attemptedAt: at - 500, dueAt: at + 1_500 };
    const next = after(state, { type: 'failed', overload, handshake: true }, { ...fleet, random: () => 0 });
    expect(next.dueAt).toBe(dueAt);
  });
});

it('a due time that is now, when a handshake fails, is over: the next one counts', () => {
  const state = { ...paced, attemptedAt: at - 2_000, dueAt: at };
  expect(after(state, { type: 'failed', overload: false, handshake: true }, big).dueAt).toBe(at + 2_000);
});

describe('a connection that was made', () => {
  it('after a long handshake is a sign of overload', () => {
    const succeeded = { type: 'succeeded', overload: true, waiting: 2 } as const;
    expect(after(chained, succeeded, big).overload).toBe(2);
  });

  it('by a follower lets the next one go, also where connections broke before', () => {
    const succeeded = { type: 'succeeded', overload: false, waiting: 2 } as const;
    expect(after({ ...chained, flaps: 2 }, succeeded, small).dueAt).toBe(at);
    expect(after({ ...paced, attemptedAt: at, flaps: 2 }, succeeded, small).dueAt).toBe(at + 200);
  });

  it('in a big fleet keeps the next one at half a gap at least', () => {
    const succeeded = { type: 'succeeded', overload: false, waiting: 2 } as const;
    const now = { ...big, own: 10, random: () => 0 };
    expect(after(chained, succeeded, now).dueAt).toBe(at + 100);
  });
});

describe('a hint', () => {
  const hinted = { type: 'hinted' } as const;

  it.each([at + 10, at + 50])('changes nothing where an attempt is due as soon: %i', (dueAt) => {
    const state: DialSchedule = { ...idleSchedule, ...paced, attemptedAt: at - 500, dueAt };
    expect(schedule(state, hinted, moment(big))[0]).toBe(state);
  });

  it('asks for an attempt of its own beside the periodic ones', () => {
    const state = { ...paced, attemptedAt: at - 500, dueAt: at + 1_500 };
    const next = after(state, hinted, big);
    expect(next).toMatchObject({ hurryAt: at + 50, dueAt: at + 1_500 });
    expect(nextDueAt(next)).toBe(at + 50);
    expect(nextDueAt({ ...next, dueAt: at + 10 })).toBe(at + 10);
    expect(nextDueAt({ ...next, dueAt: undefined })).toBe(at + 50);
  });
});
