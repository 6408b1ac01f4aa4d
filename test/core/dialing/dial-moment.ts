import type { DialMoment } from '../../../packages/core/src/dialing/schedule/dial-signal.ts';
import { idleDialState, type DialState } from '../../../packages/core/src/dialing/schedule/dial-state.ts';

/** Now, in the tests of the dial schedule. */
export const at = 100_000;

/** One process of ten thousand: P = 2,000 ms, the first attempt anywhere within it, and a gap of 2,000 ms. */
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

/** A process that is alone: P = 100 ms, a ramp of close attempts first, and no gap. */
export function alone(changes: Partial<DialMoment> = {}): DialMoment {
  return inBigFleet({ fleetSize: 1, ...changes });
}

/** The first delay of the ramp, those after it, and those that follow the ramp. */
export const rampMs = [2.5, 44.325, 99.25] as const;

/** Nothing is dialed; all was lost a moment ago. */
export const justLost: DialState = { ...idleDialState, lostAt: at - 10 };

/** A leader in the middle of an outage that began nine seconds ago. */
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

/** Followers come back one after another; the next is due in 30 ms. */
export const chained: DialState = { ...paced, kind: 'chained', judged: false };
