import { describe, expect, it } from 'vitest';
import { DialWorld } from './dial-world.ts';

describe('Dialer at boot', () => {
  it('attempts at once, and never within dial itself', async () => {
    const world = new DialWorld();
    world.add();
    expect(world.attempts).toHaveLength(0);
    expect(await world.untilConnected(100)).toBeLessThanOrEqual(3);
  });

  it('connects 50 clients of a fresh process within 150 ms', async () => {
    const world = new DialWorld({ fleetSize: 10_000, connectMs: 1, proveMs: 3 });
    world.add(50);
    expect(await world.untilConnected(1_000)).toBeLessThanOrEqual(150);
  });

  it('connects 60 ms (median) after a Redis that came later, 105 ms at most', async () => {
    const waits: number[] = [];
    for (let seed = 1; seed <= 50; seed++) {
      const world = new DialWorld({ seed });
      world.mode = 'refusing';
      world.add(3);
      await world.clock.travelAsync(1_000 + seed * 77);
      world.bringBack();
      waits.push(await world.untilConnected(5_000, 1));
    }
    waits.sort((a, b) => a - b);
    expect(waits[25]).toBeLessThanOrEqual(60);
    expect(waits.at(-1)).toBeLessThanOrEqual(105);
  });

  it('takes one attempt per second after a minute in which it never connected', async () => {
    const world = new DialWorld();
    world.mode = 'refusing';
    world.add(3);
    await world.clock.travelAsync(61_000);
    world.attempts.length = 0;
    await world.clock.travelAsync(20_000);
    expect(world.attempts.length).toBeGreaterThanOrEqual(19);
    expect(world.attempts.length).toBeLessThanOrEqual(21);
  });

  it('joins the pace of an outage instead of starting over', async () => {
    const world = new DialWorld();
    world.mode = 'refusing';
    world.add();
    await world.clock.travelAsync(1_000);
    world.attempts.length = 0;
    for (let i = 0; i < 1_000; i++) {
      world.add()[0]!.close();
      await world.clock.travelAsync(1);
    }
    expect(world.attempts.length).toBeLessThanOrEqual(11);
  });

  it('makes one attempt per period for clients that are made and closed while Redis is away', async () => {
    const world = new DialWorld();
    world.mode = 'refusing';
    for (let i = 0; i < 500; i++) {
      const [client] = world.add();
      await world.clock.travelAsync(4);
      client!.close();
      expect(world.clock.pendingTimers).toBe(0);
    }
    expect(world.attempts.length).toBeLessThanOrEqual(31);
  });
});
