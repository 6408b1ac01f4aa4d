import { describe, expect, it } from 'vitest';
import { DialWorld } from './dial-world.ts';

/** Returns the times at which attempts were due, in milliseconds since the loss. */
async function refusedFor(world: DialWorld, outageMs: number): Promise<number[]> {
  const lostAt = world.clock.now();
  world.takeDown('refusing');
  await world.clock.travelAsync(outageMs);
  return world.attempts.map(({ at }) => at - lostAt);
}

describe('Dialer in an outage', () => {
  it('probes a blip closely, then once per period', async () => {
    const world = await DialWorld.connected(1);
    const at = await refusedFor(world, 1_000);
    expect(at[0]).toBeLessThanOrEqual(5);
    const gaps = at.slice(1).map((time, index) => time - at[index]!);
    expect(Math.max(...gaps.slice(0, 2))).toBeLessThanOrEqual(65);
    expect(at[2]).toBeGreaterThan(125);
    for (const gap of gaps.slice(2)) {
      expect(gap).toBeGreaterThanOrEqual(96.9);
      expect(gap).toBeLessThanOrEqual(100);
    }
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'makes at most 12 attempts per second with 50 clients, from the first second on (seed %i)',
    async (seed) => {
      const world = await DialWorld.connected(50, { seed });
      const at = await refusedFor(world, 6_000);
      expect(at.filter((time) => time <= 1_000).length).toBeLessThanOrEqual(12);
      for (let outageMs = 2_000; outageMs <= 6_000; outageMs += 10) {
        const attempts = at.filter((time) => time <= outageMs).length;
        expect((attempts / outageMs) * 1_000).toBeLessThanOrEqual(12);
      }
    },
  );

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('brings 50 clients back within 300 ms (seed %i)', async (seed) => {
    const world = await DialWorld.connected(50, { seed, connectMs: 1, proveMs: 3 });
    await refusedFor(world, 5_000 + seed * 13);
    world.bringBack();
    const first = await world.untilConnected(1_000, 1);
    expect(first).toBeLessThanOrEqual(105);
    expect(first + (await world.untilConnected(1_000))).toBeLessThanOrEqual(300);
  });

  it('connects 49 followers of a small fleet within 150 ms, at the rate that a server accepts', async () => {
    const world = await DialWorld.connected(50, { connectMs: 1, proveMs: 3 });
    await refusedFor(world, 2_000);
    world.bringBack();
    await world.untilConnected(1_000, 1);
    expect(await world.untilConnected(1_000)).toBeLessThanOrEqual(150);
    const most = Math.max(...world.attempts.map(({ overlapping }) => overlapping));
    expect(most).toBeGreaterThan(12);
    expect(most).toBeLessThanOrEqual(32);
  });

  it('connects 49 followers to a distant server in three of its round trips, and two at a time before', async () => {
    const world = await DialWorld.connected(50, { connectMs: 50, proveMs: 50 });
    await refusedFor(world, 2_000);
    expect(Math.max(...world.attempts.map(({ overlapping }) => overlapping))).toBeLessThanOrEqual(2);
    world.bringBack();
    await world.untilConnected(1_000, 1);
    expect(await world.untilConnected(1_000)).toBeLessThanOrEqual(150);
  });

  it('lets one leader attempt for all, the first of those that commands wait for', async () => {
    const world = new DialWorld();
    world.add(3, 'leased');
    world.add(3, 'subscriber');
    world.add(3, 'command');
    await world.clock.travelAsync(5_000);
    world.attempts.length = 0;
    await refusedFor(world, 2_000);
    expect(new Set(world.attempts.map(({ client }) => client))).toEqual(new Set([6]));
    world.bringBack();
    await world.untilConnected(1_000);
    const order = world.attempts.slice(-9).map(({ client }) => client);
    expect(order).toEqual([6, 7, 8, 3, 4, 5, 0, 1, 2]);
  });

  it('keeps attempting by the clock while a black hole swallows the SYNs, each with a deadline', async () => {
    const world = await DialWorld.connected(1);
    world.takeDown('black-hole');
    await world.clock.travelAsync(10_000);
    expect(world.attempts.length).toBeGreaterThan(80);
    expect(world.attempts.length).toBeLessThanOrEqual(120);
    expect(Math.max(...world.attempts.map(({ overlapping }) => overlapping))).toBe(2);
    for (const { synDeadlineMs } of world.attempts) expect([100, 950, 3_000]).toContain(synDeadlineMs);
    world.bringBack();
    expect(await world.untilConnected(1_000)).toBeLessThanOrEqual(105);
  });

  it.each([250, 600])('reaches a server that is %d ms away in that time', async (connectMs) => {
    const world = new DialWorld({ connectMs });
    world.add(1);
    expect(await world.untilConnected(10_000)).toBeLessThanOrEqual(connectMs + 3);
  });

  it('reaches a server that is farther away than one SYN waits', async () => {
    const world = new DialWorld({ connectMs: 2_000 });
    world.add(1);
    expect(await world.untilConnected(10_000)).toBeLessThan(3_200);
  });

  it('finds a server that is farther away than the period after an outage, too', async () => {
    const world = new DialWorld({ connectMs: 280 });
    world.add(2);
    await world.untilConnected(10_000);
    await world.clock.travelAsync(5_000);
    world.takeDown('refusing');
    await world.clock.travelAsync(3_000);
    world.bringBack();
    expect(await world.untilConnected(10_000)).toBeLessThan(1_000);
  });

  it('starts nothing while one attempt is in its handshake, and gives that five seconds', async () => {
    const world = await DialWorld.connected(3);
    world.takeDown('mute');
    await world.clock.travelAsync(4_900);
    expect(world.attempts).toHaveLength(1);
    await world.clock.travelAsync(300);
    expect(world.reports.map(({ report }) => report.cause)).toEqual(['handshake-timeout']);
    expect(world.attempts[0]).toMatchObject({ aborted: true });
    expect(world.attempts).toHaveLength(2);
  });

  it('lets another request lead after one failed at the endpoint', async () => {
    const world = new DialWorld();
    let attempts = 0;
    world.dialer.dial({
      priority: 'command',
      attempt: (attempt) => {
        attempts++;
        attempt.connected();
        return Promise.resolve({ ok: false, cause: 'auth' });
      },
    });
    world.add(1, 'leased');
    expect(await world.untilConnected(1_000)).toBeLessThanOrEqual(105);
    await world.clock.travelAsync(1_000);
    expect(attempts).toBeGreaterThan(5);
    expect(attempts).toBeLessThanOrEqual(16);
  });

  it('does not let a request that always fails delay one that was dropped', async () => {
    const world = await DialWorld.connected(2);
    world.dialer.dial({
      priority: 'command',
      attempt: (attempt) => {
        attempt.connected();
        return Promise.resolve({ ok: false, cause: 'auth' });
      },
    });
    await world.clock.travelAsync(10_000);
    world.clients[0]!.drop();
    expect(await world.untilConnected(1_000)).toBeLessThanOrEqual(20);
  });

  it('reconnects a lone drop at once', async () => {
    const world = await DialWorld.connected(10);
    world.clients[3]!.drop();
    expect(await world.untilConnected(1_000)).toBeLessThanOrEqual(8);
    expect(world.attempts).toHaveLength(1);
  });

  it('spreads the lone drops of a big fleet over 50 ms', async () => {
    const delays: number[] = [];
    for (let seed = 1; seed <= 40; seed++) {
      const world = await DialWorld.connected(10, { seed, fleetSize: 10_000 });
      world.clients[3]!.drop();
      delays.push(await world.untilConnected(1_000));
    }
    expect(Math.max(...delays)).toBeLessThanOrEqual(53);
    expect(Math.max(...delays)).toBeGreaterThan(35);
    expect(Math.min(...delays)).toBeLessThan(15);
  });

  it('gives a process of a big fleet one random phase, and no early attempts', async () => {
    const first: number[] = [];
    for (let seed = 1; seed <= 60; seed++) {
      const world = await DialWorld.connected(1, { seed, fleetSize: 10_000 });
      const at = await refusedFor(world, 10_000);
      first.push(at[0]!);
      for (const gap of at.slice(1).map((time, index) => time - at[index]!)) {
        expect(gap).toBeGreaterThanOrEqual(1_959.9);
        expect(gap).toBeLessThanOrEqual(2_040.1);
      }
    }
    expect(first.filter((time) => time < 100).length).toBeLessThan(10);
    expect(Math.min(...first)).toBeLessThan(300);
    expect(Math.max(...first)).toBeGreaterThan(1_700);
  });

  it('keeps its estimate of the fleet when the server restarts empty', async () => {
    const world = await DialWorld.connected(1, { fleetSize: 10_000 });
    Object.assign(world.options, { fleetSize: 1 });
    world.takeDown('refusing');
    await world.clock.travelAsync(100);
    world.bringBack();
    await world.untilConnected(5_000);
    expect(world.dialer.fleetSize).toBe(10_000);
  });
});
