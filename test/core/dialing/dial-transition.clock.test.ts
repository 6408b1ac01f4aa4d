import { describe, expect, it } from 'vitest';
import {
  nextDueAt,
  dialTransition,
  overlapOf,
} from '../../../packages/core/src/dialing/schedule/dial-transition.ts';
import type { DialState } from '../../../packages/core/src/dialing/schedule/dial-state.ts';
import { alone, at, chained, inBigFleet, paced } from './dial-moment.ts';

const ticked = { kind: 'ticked', room: true } as const;
const noRoom = { kind: 'ticked', room: false } as const;
const due: DialState = { ...paced, dueAt: at };

describe('the clock of the dial schedule', () => {
  it('rings for the hint or for the period, whichever is sooner', () => {
    expect(nextDueAt({ ...paced, hurryAt: at + 10 })).toBe(at + 10);
    expect(nextDueAt({ ...paced, hurryAt: at + 90 })).toBe(at + 30);
    expect(nextDueAt({ ...paced, hurryAt: at + 90, dueAt: undefined })).toBe(at + 90);
  });

  it('may ring a millisecond early', () => {
    expect(dialTransition({ ...paced, dueAt: at + 0.9 }, ticked, alone())[1]).toBe('attempt');
    expect(dialTransition({ ...paced, dueAt: at + 1.1 }, ticked, alone())[1]).toBe('none');
  });

  it.each([
    { step: -1, delayMs: 2.5 },
    { step: 0, delayMs: 64.025 },
    { step: 1, delayMs: 64.025 },
    { step: 2, delayMs: 99.25 },
    { step: 10, delayMs: 99.25 },
    { step: 11, delayMs: 93.75 },
    { step: 1_000, delayMs: 93.75 },
  ])('is set to ring again $delayMs ms after step $step was due', ({ step, delayMs }) => {
    expect(dialTransition({ ...due, step }, ticked, alone())).toEqual([
      { ...due, attemptedAt: at, step: step + 1, dueAt: at + delayMs },
      'attempt',
    ]);
  });

  it('keeps a pace that is a little slower than the period', () => {
    const [next] = dialTransition(due, ticked, inBigFleet({ random: () => 1 }));
    expect(next.dueAt).toBeCloseTo(at + 2_040);
  });

  it('goes on where there is no room, and notes no attempt', () => {
    expect(dialTransition(due, noRoom, alone())).toEqual([{ ...due, step: 8, dueAt: at + 99.25 }, 'none']);
    const follower = { ...chained, dueAt: at };
    expect(dialTransition(follower, noRoom, alone())).toEqual([{ ...follower, dueAt: undefined }, 'none']);
  });

  it('keeps the periods strict when it rings late, and skips those it missed', () => {
    const lateBy = (ms: number, moment = inBigFleet): number | undefined =>
      dialTransition({ ...due, dueAt: at - ms }, ticked, moment())[0].dueAt;
    expect(lateBy(1_900)).toBe(at + 100);
    expect(lateBy(2_000)).toBe(at + 2_000);
    expect(lateBy(60, alone)).toBeCloseTo(at + 39.25);
    // The quick first attempts (the ramp) are less than a period apart, so a late timer can skip one without a freeze.
    const ramp = dialTransition({ ...due, step: 1, dueAt: at - 70 }, ticked, alone());
    expect(ramp[0].dueAt).toBeCloseTo(at + 94.025);
  });

  it('counts from now after a freeze of a process that is alone', () => {
    const frozen = { ...due, dueAt: at - 101 };
    expect(dialTransition(frozen, ticked, alone())).toEqual([
      { ...frozen, attemptedAt: at, step: 8, dueAt: at + 99.25 },
      'attempt',
    ]);
  });

  it('draws a new phase after a freeze in a big fleet, except for the very first attempt', () => {
    const frozen = { ...due, dueAt: at - 2_001, hurryAt: at + 5 };
    expect(dialTransition(frozen, ticked, inBigFleet())).toEqual([
      { ...frozen, dueAt: at + 100, hurryAt: undefined },
      'none',
    ]);
    expect(dialTransition({ ...frozen, step: 1 }, ticked, inBigFleet())[1]).toBe('none');
    expect(dialTransition({ ...frozen, step: 0 }, ticked, inBigFleet())[1]).toBe('attempt');
  });

  it('draws the new phase within the period where that is short', () => {
    const frozen = { ...due, dueAt: at - 200 };
    const moment = inBigFleet({ fleetSize: 600 });
    expect(dialTransition(frozen, ticked, moment)[0].dueAt).toBe(at + 60);
  });

  it('makes the attempt that a hint asked for beside the periodic ones', () => {
    const hurried = { ...paced, hurryAt: at };
    expect(dialTransition(hurried, ticked, alone())).toEqual([
      { ...paced, attemptedAt: at, hurryAt: undefined, hurriedAt: at },
      'attempt',
    ]);
    const both = { ...due, hurryAt: at };
    expect(dialTransition(both, ticked, alone())[0]).toMatchObject({ step: 8, dueAt: at + 99.25 });
  });

  it('starts the followers one after another where no gap is kept', () => {
    const follower = { ...chained, dueAt: at, hurryAt: at + 5 };
    const next = { ...follower, attemptedAt: at, hurryAt: undefined };
    expect(dialTransition(follower, ticked, alone())).toEqual([{ ...next, dueAt: at }, 'attempt']);
    expect(dialTransition(follower, ticked, inBigFleet())).toEqual([
      { ...next, dueAt: undefined },
      'attempt',
    ]);
  });
});

it('two attempts overlap at most until one has succeeded, however far away the server is', () => {
  expect(overlapOf({ ...paced, followed: 5 }, 100, alone())).toBe(2);
  expect(overlapOf({ ...chained, followed: 0 }, 100, alone())).toBe(300);
});
