import { ManualClock } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { ConnectPace } from '../../../packages/core/src/cluster/connect-pace.ts';

function paceOn(clock: ManualClock, random: number): ConnectPace {
  return new ConnectPace({ clock, random: () => random, periodMs: 100 });
}

it('a cluster that served for a while and lost all its nodes is looked for at once', () => {
  const clock = new ManualClock();
  const pace = paceOn(clock, 0.5);
  expect(pace.nextMs()).toBe(0);
  pace.began();
  clock.travel(5_000);
  expect(pace.nextMs()).toBe(0);
});

it.each([
  [0, 90],
  [1, 110],
])(
  'attempts to reach a cluster keep the distance of a period, with a jitter of a tenth: %d',
  (random, ms) => {
    const clock = new ManualClock();
    const pace = paceOn(clock, random);
    pace.began();
    expect(pace.nextMs()).toBeCloseTo(ms);
    clock.travel(30);
    expect(pace.nextMs()).toBeCloseTo(ms - 30);
  },
);
