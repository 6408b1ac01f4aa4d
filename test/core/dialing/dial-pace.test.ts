import { describe, expect, it } from 'vitest';
import {
  delayBefore,
  dialPace,
  spread,
  type PaceFacts,
} from '../../../packages/core/src/dialing/schedule/dial-pace.ts';

const limits = { minPeriodMs: 100, maxPeriodMs: 5_000 };
const fleet: PaceFacts = { fleetSize: 10_000, everConnected: true, own: 1, interactive: true, limits };

describe('dialPace', () => {
  it.each([
    { fleetSize: 1, own: 1, periodMs: 100, ramp: 'eager', gapMs: 0 },
    { fleetSize: 50, own: 50, periodMs: 100, ramp: 'eager', gapMs: 0 },
    { fleetSize: 255, own: 1, periodMs: 100, ramp: 'eager', gapMs: 0 },
    { fleetSize: 511, own: 2, periodMs: 127.75, ramp: 'eager', gapMs: 0 },
    { fleetSize: 256, own: 1, periodMs: 100, ramp: 'spread', gapMs: 51.2 },
    { fleetSize: 1_000, own: 1, periodMs: 200, ramp: 'spread', gapMs: 200 },
    { fleetSize: 10_000, own: 1, periodMs: 2_000, ramp: 'spread', gapMs: 2_000 },
    { fleetSize: 10_000, own: 2, periodMs: 2_500, ramp: 'spread', gapMs: 1_000 },
    { fleetSize: 10_000, own: 10, periodMs: 500, ramp: 'spread', gapMs: 200 },
    { fleetSize: 10_000, own: 50, periodMs: 100, ramp: 'eager', gapMs: 0 },
    { fleetSize: 100_000, own: 1, periodMs: 5_000, ramp: 'spread', gapMs: 20_000 },
  ] as const)(
    'lets $fleetSize clients, $own here, dial every $periodMs ms',
    ({ fleetSize, own, ...pace }) => {
      expect(dialPace({ ...fleet, fleetSize, own }, 1, 0)).toEqual(pace);
    },
  );

  it('counts overload as a slower server: big fleets slow down, up to 2 s while commands wait', () => {
    const periods = (fleetSize: number, interactive: boolean) =>
      [1, 2, 8, 64].map((overload) => dialPace({ ...fleet, fleetSize, interactive }, overload, 0).periodMs);
    expect(periods(1, true)).toEqual([100, 100, 100, 100]);
    expect(periods(1_000, true)).toEqual([200, 400, 1_600, 2_000]);
    expect(periods(1_000, false)).toEqual([200, 400, 1_600, 5_000]);
    expect(periods(15_000, true)).toEqual([3_000, 3_000, 3_000, 3_000]);
  });

  it('dials as a small fleet until it ever connected, and slower after a minute', () => {
    const never = { ...fleet, fleetSize: undefined, everConnected: false };
    expect(dialPace(never, 1, 59_999)).toEqual({ periodMs: 100, ramp: 'eager', gapMs: 0 });
    expect(dialPace(never, 1, 60_000).periodMs).toBe(1_000);
  });

  it('takes a fleet of unknown size for a small one, until the server is overloaded', () => {
    const unknown = { ...fleet, fleetSize: undefined };
    expect(dialPace(unknown, 1, 0)).toEqual({ periodMs: 100, ramp: 'eager', gapMs: 0 });
    expect(dialPace(unknown, 64, 0).periodMs).toBe(2_000);
    expect(dialPace(unknown, 8, 0)).toEqual(dialPace({ ...fleet, fleetSize: 255 }, 8, 0));
  });

  it('keeps to the limits it was given', () => {
    const narrow = { ...fleet, limits: { minPeriodMs: 300, maxPeriodMs: 900 } };
    expect(dialPace(narrow, 1, 0).periodMs).toBe(900);
    expect(dialPace({ ...narrow, fleetSize: 1 }, 1, 0).periodMs).toBe(300);
    expect(dialPace({ ...narrow, fleetSize: undefined }, 1, 0).periodMs).toBe(300);
    expect(dialPace({ ...narrow, fleetSize: undefined, everConnected: false }, 1, 60_000).periodMs).toBe(900);
  });
});

describe('delayBefore', () => {
  const ends = (fleetSize: number | undefined, steps: number) => {
    const pace = dialPace({ ...fleet, fleetSize }, 1, 0);
    const delays = (random: number) =>
      Array.from({ length: steps }, (_, step) => delayBefore(step, pace, limits, () => random));
    return { least: delays(0), most: delays(1) };
  };

  it('ramps a small fleet closely, and then never exceeds the period', () => {
    const { least, most } = ends(1, 8);
    expect(most).toEqual([5, 65, 65, 100, 100, 100, 100, 100]);
    expect(least.map((ms) => Math.round(ms * 100) / 100)).toEqual([
      0, 63.05, 63.05, 98.5, 98.5, 98.5, 98.5, 98.5,
    ]);
  });

  it('begins attempts a little before the period has passed, after the first second', () => {
    const { least, most } = ends(1, 15);
    expect(least.slice(11)).toEqual([98.5, 93, 93, 93]);
    expect(most.slice(11)).toEqual([100, 94.5, 94.5, 94.5]);
    const short = dialPace({ ...fleet, fleetSize: 1, limits: { ...limits, minPeriodMs: 20 } }, 1, 0);
    expect(delayBefore(20, short, limits, () => 1)).toBeCloseTo(18.9);
  });

  it('makes at most 11 attempts in any second, so that a connection for a lease can be the twelfth', () => {
    for (const random of [0, 0.5, 1]) {
      const pace = dialPace({ ...fleet, fleetSize: 1 }, 1, 0);
      let at = 0;
      const times = Array.from(
        { length: 60 },
        (_, step) => (at += delayBefore(step, pace, limits, () => random)),
      );
      const inSecondFrom = (from: number): number =>
        times.filter((time) => time >= from && time < from + 1_010).length;
      for (const from of times) expect(inSecondFrom(from)).toBeLessThanOrEqual(11);
    }
  });

  it('gives a big fleet one random phase', () => {
    expect(ends(10_000, 3)).toEqual({ least: [0, 1_960, 1_960], most: [2_000, 2_040, 2_040] });
  });
});

describe('spread', () => {
  it('is next to nothing for a small fleet', () => {
    expect(spread(dialPace({ ...fleet, fleetSize: 1 }, 1, 0), 100, () => 1)).toBe(5);
    expect(spread(dialPace(fleet, 1, 0), 100, () => 1)).toBe(100);
  });
});
