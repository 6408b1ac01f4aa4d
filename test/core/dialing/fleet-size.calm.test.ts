import { describe, expect, it } from 'vitest';
import { FleetSize } from '../../../packages/core/src/dialing/fleet-size.ts';

describe('FleetSize in calm', () => {
  it('ignores a count that cannot be one', () => {
    const fleet = new FleetSize();
    fleet.readAtConnect(900);
    for (const nonsense of [Number.NaN, 0, -1, Infinity]) fleet.readInCalm(nonsense);
    expect(fleet.size).toBe(900);
  });

  it('takes the first count as it is', () => {
    const fleet = new FleetSize();
    fleet.readInCalm(1);
    expect(fleet.size).toBe(1);
  });
});
