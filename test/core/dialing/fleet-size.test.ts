import { describe, expect, it } from 'vitest';
import { FleetSize } from '../../../packages/core/src/dialing/fleet-size.ts';

describe('FleetSize', () => {
  it('is unknown until a count was read', () => {
    const fleet = new FleetSize();
    for (const nonsense of [Number.NaN, 0, -1, Infinity]) fleet.readAtConnect(nonsense);
    expect(fleet.size).toBe(undefined);
  });

  it('is only raised by the counts that connections read as they come up', () => {
    const fleet = new FleetSize();
    for (const count of [40, 900, 1, 2]) fleet.readAtConnect(count);
    expect(fleet.size).toBe(900);
  });

  it('follows counts read in calm, down by half at most', () => {
    const fleet = new FleetSize();
    fleet.readAtConnect(900);
    fleet.readInCalm(100);
    expect(fleet.size).toBe(450);
    for (let i = 0; i < 3; i++) fleet.readInCalm(100);
    expect(fleet.size).toBe(100);
    fleet.readInCalm(5_000);
    expect(fleet.size).toBe(5_000);
  });
});
