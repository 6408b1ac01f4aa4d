import { describe, expect, it } from 'vitest';
import { DialWorld } from './dial-world.ts';

async function attemptsWhileFlapping(world: DialWorld, flapMs: number, forMs: number): Promise<number> {
  world.flapMs = flapMs;
  world.takeDown('flapping');
  world.attempts.length = 0;
  await world.clock.travelAsync(forMs);
  return world.attempts.length;
}

describe('Dialer before a server that flaps', () => {
  it('makes one attempt a period when connections break as soon as they are ready', async () => {
    const world = await DialWorld.connected(1);
    expect(await attemptsWhileFlapping(world, 0, 5_000)).toBeLessThanOrEqual(51);
  });

  it('connects within a period once a server that flapped keeps its connections', async () => {
    const world = await DialWorld.connected(1);
    await attemptsWhileFlapping(world, 1, 10_000);
    world.bringBack();
    expect(await world.untilConnected(3_000)).toBeLessThanOrEqual(110);
  });

  it('does not hammer with 50 clients either', async () => {
    const world = await DialWorld.connected(50);
    expect(await attemptsWhileFlapping(world, 5, 10_000)).toBeLessThanOrEqual(160);
    expect(await attemptsWhileFlapping(world, 90, 10_000)).toBeLessThanOrEqual(160);
    expect(await attemptsWhileFlapping(world, 150, 10_000)).toBeLessThanOrEqual(500);
    expect(await attemptsWhileFlapping(world, 400, 10_000)).toBeLessThanOrEqual(500);
  });

  it('paces a single connection that flaps while its siblings stand', async () => {
    const world = await DialWorld.connected(10);
    world.flapMs = 1;
    world.mode = 'flapping';
    world.clients[0]!.drop();
    await world.clock.travelAsync(10_000);
    expect(world.attempts.length).toBeLessThanOrEqual(101);
    expect(world.connected).toBeGreaterThanOrEqual(9);
  });

  it('redials at once when connections live for 200 to 500 ms', async () => {
    const world = await DialWorld.connected(1);
    await attemptsWhileFlapping(world, 300, 10_000);
    for (let i = 0; i < 5; i++) {
      world.clients[0]!.drop();
      expect(await world.untilConnected(1_000)).toBeLessThanOrEqual(8);
      await world.clock.travelAsync(200);
    }
  });

  it('trusts a server again after a connection that lasted', async () => {
    const world = await DialWorld.connected(1);
    await attemptsWhileFlapping(world, 1, 10_000);
    world.bringBack();
    await world.untilConnected(3_000);
    await world.clock.travelAsync(3_000);
    world.clients[0]!.drop();
    expect(await world.untilConnected(1_000)).toBeLessThanOrEqual(8);
  });

  it('does not repeat the close probing of a blip within two seconds', async () => {
    const world = await DialWorld.connected(1);
    let attempts = 0;
    for (let i = 0; i < 10; i++) {
      world.takeDown('refusing');
      await world.clock.travelAsync(600);
      world.bringBack();
      await world.untilConnected(1_000);
      await world.clock.travelAsync(400);
      attempts = world.attempts.length;
    }
    expect(attempts).toBeLessThanOrEqual(110);
  });
});
