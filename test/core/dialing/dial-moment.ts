import type { DialMoment } from '../../../packages/core/src/dialing/schedule/dial-signal.ts';
import { idleDialState, type DialState } from '../../../packages/core/src/dialing/schedule/dial-state.ts';

/** The current time in the tests of the dial schedule. */
export const at = 100_000;

/**
 * One of ten thousand clients of the same server: its period is 2,000 ms, its first attempt is at a random
 * time within the period, and its next one 2,000 ms later.
 */
export function inBigFleet(changes: Partial<DialMoment> = {}): DialMoment {
  return {
    at,
    alive: 0,
    fleetSize: 10_000,
    everConnected: true,
    own: 1,
    interactive: true,
    limits: { minPeriodMs: 100, maxPeriodMs: 5_000 },
    random: () => 0.5,
    ...changes,
  };
}

/**
 * The only client of its server: its period is 100 ms, and it begins with a few attempts in quick succession
 * (the ramp).
 */
export function alone(changes: Partial<DialMoment> = {}): DialMoment {
  return inBigFleet({ fleetSize: 1, ...changes });
}

/**
 * The delays between attempts in milliseconds: before the first one of the ramp, within the ramp, and after the ramp.
 */
export const rampMs = [2.5, 44.325, 99.25] as const;

/** The state of a process that lost its last connection 10 ms ago and has no attempt scheduled. */
export const justLost: DialState = { ...idleDialState, lostAt: at - 10 };

/** The state of a process that has had no connection for nine seconds, and whose next attempt is due in 30 ms. */
export const paced: DialState = {
  ...idleDialState,
  kind: 'paced',
  origin: 'outage',
  beganAt: at - 9_000,
  rampedAt: at - 9_000,
  step: 7,
  attemptedAt: at - 50,
  dueAt: at + 30,
  lostAt: at - 9_000,
};

/**
 * The state after a successful attempt, in which the other clients of the process connect one after another;
 * the next attempt is due in 30 ms.
 */
export const chained: DialState = { ...paced, kind: 'chained', judged: false };
