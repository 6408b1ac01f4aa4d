import { describe, expect, it } from 'vitest';
import { DialWorld } from './dial-world.ts';

const seeds = [1, 2, 3, 4];

/** A shared client and its pool of leased connections, which have all been connected for a minute. */
async function connectedPool(leased: number, seed: number): Promise<DialWorld> {
  const world = new DialWorld({ seed, connectMs: 1, proveMs: 1 });
  world.add(leased, 'leased');
  world.add(1, 'command');
  await world.clock.travelAsync(60_000);
  world.attempts.length = 0;
  return world;
}

async function backAfter(world: DialWorld, outageMs: number): Promise<void> {
  world.takeDown('refusing');
  await world.clock.travelAsync(outageMs);
  world.bringBack();
}

/** Returns the largest number of attempts within a second. */
function mostInASecond(world: DialWorld): number {
  const times = world.attempts.map(({ at }) => at);
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length));
}

describe('A pool of ten connections and its shared client', () => {
  it.each(seeds)(
    'make at most 12 attempts in any second around an outage of any length (seed %i)',
    async (seed) => {
      for (const outageMs of [20, 180, 400 + seed, 1_000, 3_000 + 11 * seed]) {
        const world = await connectedPool(10, seed);
        await backAfter(world, outageMs);
        await world.clock.travelAsync(4_000);
        expect(world.connected).toBe(11);
        expect(mostInASecond(world)).toBeLessThanOrEqual(12);
      }
    },
  );

  it.each(seeds)(
    'have the shared client and one more back at once, and the others within a second (seed %i)',
    async (seed) => {
      const world = await connectedPool(10, seed);
      await backAfter(world, 5_000 + 13 * seed);
      expect(await world.untilConnected(1_000, 1)).toBeLessThanOrEqual(105);
      expect(world.clients.at(-1)?.isConnected).toBe(true);
      expect(await world.untilConnected(1_000, 2)).toBeLessThanOrEqual(5);
      expect(await world.untilConnected(2_000)).toBeLessThanOrEqual(1_050);
    },
  );

  it.each(seeds)(
    'keep to the same pace if the pool asks once the shared client is back (seed %i)',
    async (seed) => {
      const world = await connectedPool(0, seed);
      await backAfter(world, 1_000 + 7 * seed);
      await world.untilConnected(1_000);
      for (let index = 0; index < 10; index++) {
        world.add(1, 'leased');
        await world.clock.travelAsync(3);
      }
      expect(await world.untilConnected(2_000)).toBeLessThanOrEqual(1_050);
      expect(mostInASecond(world)).toBeLessThanOrEqual(12);
    },
  );

  it('are not all made three times in a second when they break, and no attempt fails', async () => {
    const world = await connectedPool(20, 1);
    for (let time = 0; time < 3; time++) {
      world.takeDown('refusing');
      world.bringBack();
      await world.clock.travelAsync(150);
    }
    await world.clock.travelAsync(4_000);
    expect(world.connected).toBe(21);
    expect(mostInASecond(world)).toBeLessThanOrEqual(24);
  });

  it('are all back at once after an outage that was over within a tenth of a second', async () => {
    const world = await connectedPool(10, 1);
    await backAfter(world, 40);
    expect(await world.untilConnected(1_000)).toBeLessThanOrEqual(60);
  });

  it('set no timer for a time that depends on an attempt under way', async () => {
    const world = await connectedPool(20, 1);
    const delaysMs: number[] = [];
    const setTimeout = world.clock.setTimeout.bind(world.clock);
    world.clock.setTimeout = (callback, delayMs) => {
      delaysMs.push(delayMs);
      return setTimeout(callback, delayMs);
    };
    for (let time = 0; time < 3; time++) {
      world.takeDown('refusing');
      world.bringBack();
      await world.clock.travelAsync(150);
    }
    await world.clock.travelAsync(4_000);
    expect(delaysMs.filter((delayMs) => !Number.isFinite(delayMs))).toEqual([]);
  });

  it('connect at once when nothing was lost', async () => {
    const world = new DialWorld({ connectMs: 1, proveMs: 1 });
    world.add(1, 'command');
    world.add(10, 'leased');
    expect(await world.untilConnected(1_000)).toBeLessThanOrEqual(20);
  });

  it('do not hold back leased connections that callers wait for, even if they begin to wait later', async () => {
    const world = await connectedPool(10, 1);
    world.clients[8]!.isWanted = true;
    await backAfter(world, 2_000);
    await world.untilConnected(1_000, 2);
    expect(world.clients[8]?.isConnected).toBe(true);
    world.clients[9]!.isWanted = true;
    await world.clock.travelAsync(45);
    expect(world.clients[9]?.isConnected).toBe(true);
    expect(world.connected).toBeLessThan(6);
  });

  it.each(seeds)(
    'have the shared client and an awaited one back within a period of any outage (seed %i)',
    async (seed) => {
      for (const outageMs of [300, 800, 850, 900, 950, 1_000, 1_050, 1_100, 2_500]) {
        const world = await connectedPool(10, seed);
        world.clients[0]!.isWanted = true;
        await backAfter(world, outageMs);
        expect(await world.untilConnected(1_000, 2)).toBeLessThanOrEqual(107);
        expect(world.clients[0]?.isConnected).toBe(true);
        await world.clock.travelAsync(3_000);
        expect(mostInASecond(world)).toBeLessThanOrEqual(12);
      }
    },
  );

  it('do not hold back clients that have callers of their own', async () => {
    const world = new DialWorld({ connectMs: 1, proveMs: 1 });
    world.add(10, 'leased');
    world.add(50, 'command');
    await world.clock.travelAsync(60_000);
    await backAfter(world, 3_000);
    await world.untilConnected(1_000, 1);
    await world.clock.travelAsync(150);
    const owners = world.clients.filter(({ priority }) => priority === 'command');
    expect(owners.every(({ isConnected }) => isConnected)).toBe(true);
  });
});

describe('A pool of a hundred connections', () => {
  it('is back within a second, with hardly more attempts in a second than it has connections', async () => {
    const world = await connectedPool(100, 3);
    await backAfter(world, 5_000);
    await world.untilConnected(1_000, 1);
    expect(await world.untilConnected(2_000)).toBeLessThanOrEqual(1_050);
    expect(mostInASecond(world)).toBeLessThanOrEqual(102);
  });
});
