import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { provenOverlap } from '../../../packages/core/src/dialing/schedule/dial-pace.ts';
import { DialWorld, type ServerMode } from './dial-world.ts';

const modes: readonly ServerMode[] = ['up', 'refusing', 'black-hole', 'mute', 'loading', 'full', 'flapping'];

type Step =
  | { readonly do: 'mode'; readonly mode: ServerMode; readonly flapMs: number }
  | { readonly do: 'take-down'; readonly mode: ServerMode }
  | { readonly do: 'drop' | 'close' | 'hurry-one'; readonly client: number }
  | { readonly do: 'add'; readonly count: number; readonly priority: 'command' | 'subscriber' | 'inquiry' }
  | { readonly do: 'hurry' }
  | { readonly do: 'travel' | 'freeze'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('mode' as const),
    mode: fc.constantFrom(...modes),
    flapMs: fc.constantFrom(0, 5, 90, 300),
  }),
  fc.record({ do: fc.constant('take-down' as const), mode: fc.constantFrom(...modes) }),
  fc.record({
    do: fc.constantFrom('drop' as const, 'close' as const, 'hurry-one' as const),
    client: fc.nat(20),
  }),
  fc.record({
    do: fc.constant('add' as const),
    count: fc.integer({ min: 1, max: 4 }),
    priority: fc.constantFrom('command' as const, 'subscriber' as const, 'inquiry' as const),
  }),
  fc.record({ do: fc.constant('hurry' as const) }),
  fc.record({ do: fc.constant('travel' as const), ms: fc.constantFrom(0, 1, 4, 20, 60, 150, 900, 6_000) }),
  fc.record({ do: fc.constant('freeze' as const), ms: fc.constantFrom(50, 800, 20_000) }),
);

async function take(world: DialWorld, next: Step): Promise<void> {
  switch (next.do) {
    case 'mode':
      world.mode = next.mode;
      world.flapMs = next.flapMs;
      return;
    case 'take-down':
      world.takeDown(next.mode);
      return;
    case 'drop':
      world.clients[next.client % world.clients.length]?.drop();
      return;
    case 'close':
      world.clients.splice(next.client % world.clients.length, 1)[0]?.close();
      return;
    case 'hurry-one':
      world.clients[next.client % world.clients.length]?.ticket?.hurry();
      return;
    case 'add':
      world.add(next.count, next.priority);
      return;
    case 'hurry':
      world.dialer.hurry();
      return;
    case 'travel':
      await world.clock.travelAsync(next.ms);
      return;
    case 'freeze':
      world.clock.jump(next.ms);
      return;
  }
}

const worlds = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  fleetSize: fc.constantFrom(1, 40, 900, 10_000, 60_000, null),
  steps: fc.array(step, { maxLength: 25 }),
});

/** How many attempts the server accepts at a time, whether or not it has reported the size of the fleet. */
function mostOverlap(fleetSize: number | null, steps: readonly Step[]): number {
  const own = steps.reduce((sum, next) => sum + (next.do === 'add' ? next.count : 0), 0);
  const known = fleetSize ?? undefined;
  return Math.max(...[known, undefined].map((size) => provenOverlap(4, Infinity, { fleetSize: size, own })));
}

describe('Dialer, whatever happens', () => {
  it('never has more attempts under way than the server accepts meanwhile, and always recovers', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ({ seed, fleetSize, steps }) => {
        const world = new DialWorld({ seed, fleetSize });
        for (const next of steps) await take(world, next);
        const most = mostOverlap(fleetSize, steps);
        for (const { overlapping } of world.attempts) expect(overlapping).toBeLessThanOrEqual(most);
        world.bringBack();
        await world.clock.travelAsync(60_000);
        expect(world.connected).toBe(world.clients.length);
        expect(world.dialer.alive).toBe(world.clients.length);
        expect(world.clock.pendingTimers).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('is back within one period, whatever went before', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ({ seed, steps }) => {
        const world = await DialWorld.connected(2, { seed, fleetSize: 1 });
        for (const next of steps) if (next.do !== 'close') await take(world, next);
        world.takeDown('refusing');
        // A handshake without a reply times out within this time.
        await world.clock.travelAsync(6_000);
        world.bringBack();
        expect(await world.untilConnected(1_000, 1)).toBeLessThanOrEqual(103);
        expect(await world.untilConnected(1_000)).toBeLessThanOrEqual(300);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves no timer and no attempt once everything is closed', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ({ seed, fleetSize, steps }) => {
        const world = new DialWorld({ seed, fleetSize });
        for (const next of steps) await take(world, next);
        for (const client of world.clients.splice(0)) client.close();
        await world.clock.travelAsync(1);
        expect(world.underWay()).toBe(0);
        expect(world.clock.pendingTimers).toBe(0);
        expect(world.dialer.alive).toBe(0);
        expect(world.dialer.nextAttemptMs()).toBe(undefined);
      }),
      { numRuns: 150 },
    );
  });

  it('is strictly periodic after the first second, with one leader', async () => {
    const outages = fc.record({
      seed: fc.integer({ min: 1, max: 1_000_000 }),
      clients: fc.integer({ min: 1, max: 20 }),
      fleetSize: fc.constantFrom(20, 200, 1_000, 10_000, 25_000),
      mode: fc.constantFrom('refusing' as const, 'black-hole' as const),
    });
    await fc.assert(
      fc.asyncProperty(outages, async ({ seed, clients, fleetSize, mode }) => {
        const world = await DialWorld.connected(clients, { seed, fleetSize });
        world.takeDown(mode);
        await world.clock.travelAsync(30_000);
        const periodMs = world.attempts.at(-1)!.at - world.attempts.at(-2)!.at;
        const settled = world.attempts.filter(({ at }) => at > world.attempts[0]!.at + 2 * periodMs + 1_000);
        expect(new Set(settled.map(({ client }) => client)).size).toBe(1);
        for (const [index, { at }] of settled.entries()) {
          const before = settled[index - 1];
          if (before === undefined) continue;
          expect((at - before.at) / periodMs).toBeGreaterThan(0.96);
          expect((at - before.at) / periodMs).toBeLessThan(1.0417);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('never attempts more often than the shortest period allows, over any stretch of time', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async ({ seed, fleetSize, steps }) => {
        const world = await DialWorld.connected(3, { seed, fleetSize });
        world.takeDown('refusing');
        for (const next of steps) {
          if (next.do === 'travel' || next.do === 'hurry' || next.do === 'add') await take(world, next);
        }
        await world.clock.travelAsync(3_000);
        const from = world.attempts[0]?.at ?? world.clock.now();
        const seconds = (world.clock.now() - from) / 1_000;
        // The limit allows for one periodic attempt per period, a few quick attempts after a loss, and one extra
        // attempt per period after `hurry()`.
        expect(world.attempts.length).toBeLessThanOrEqual(2 * (seconds * 10.4 + 7));
      }),
      { numRuns: 100 },
    );
  });
});
