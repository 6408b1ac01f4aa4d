import { describe, expect, it } from 'vitest';
import {
  dialPace,
  provenOverlap,
  type PaceFacts,
} from '../../../packages/core/src/dialing/schedule/dial-pace.ts';

const limits = { minPeriodMs: 100, maxPeriodMs: 5_000 };
const fleet: PaceFacts = { fleetSize: 10_000, everConnected: true, own: 1, interactive: true, limits };

describe('dialPace at its bounds', () => {
  it.each([
    { fleetSize: 10_000, own: 2, periodMs: 2_500, ramp: 'spread', gapMs: 1_000 },
    { fleetSize: 511, own: 2, periodMs: 127.75, ramp: 'eager', gapMs: 0 },
    { fleetSize: 512, own: 2, periodMs: 128, ramp: 'spread', gapMs: 51.2 },
  ] as const)(
    'lets $fleetSize clients, $own here, dial every $periodMs ms',
    ({ fleetSize, own, ...pace }) => {
      expect(dialPace({ ...fleet, fleetSize, own }, 1, 0)).toEqual(pace);
    },
  );
});

describe('provenOverlap', () => {
  it.each([
    { followed: 5, fleetSize: 50, own: 50, overlap: 7 },
    { followed: 500, fleetSize: 50, own: 50, overlap: 255 },
    { followed: 500, fleetSize: undefined, own: 51, overlap: 51 },
    { followed: 500, fleetSize: 1_000, own: 50, overlap: 12 },
    { followed: 500, fleetSize: 50_000, own: 50, overlap: 3 },
    { followed: 500, fleetSize: 50, own: 0, overlap: 5 },
  ])(
    'lets $overlap attempts overlap after $followed successes, if $own of $fleetSize clients are here',
    ({ followed, overlap, ...fleet }) => {
      expect(provenOverlap(1, followed, fleet)).toBe(overlap);
    },
  );

  it.each([
    { connectMs: 0.1, overlap: 2 },
    { connectMs: 1, overlap: 3 },
    { connectMs: 120, overlap: 360 },
  ])('lets $overlap attempts overlap if one takes $connectMs ms', ({ connectMs, overlap }) => {
    expect(provenOverlap(connectMs, 0, { fleetSize: 50, own: 50 })).toBe(overlap);
  });
});
