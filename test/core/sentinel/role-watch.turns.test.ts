import { expect, it } from 'vitest';
import { LookTurns } from '../../../packages/core/src/dialing/look-turns.ts';
import { RoleWatch } from '../../../packages/core/src/sentinel/role-watch.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

const periodMs = 100;

/**
 * Ten clients of one replica; the client `failing` cannot connect. `wantedAt` contains, for each client, when a command
 * last needed the primary.
 */
function stage(failing = -1) {
  const { clock, server, network, target } = new WiredDriver();
  server.role = 'slave';
  const turns = new LookTurns();
  const foundBy: number[] = [];
  const wantedAt = Array.from({ length: 10 }, () => -Infinity);
  let spreadMs = 0;
  const watches = wantedAt.map(
    (_, index) =>
      new RoleWatch({
        target: index === failing ? { ...target, open: refuse } : target,
        clock,
        pace: () => ({ periodMs, wantedAt: wantedAt[index] as number }),
        isOneServer: false,
        turns,
        followsAt: (now) => (now % spreadMs > 1 ? now - (now % spreadMs) + spreadMs : now),
        onPrimary: ({ socket }) => {
          foundBy.push(index);
          socket.destroy();
        },
        onDial: () => undefined,
      }),
  );
  return {
    clock,
    server,
    network,
    foundBy,
    watches,
    wantedAt,
    start() {
      for (const watch of watches) watch.start();
    },
    spread: (ms: number) => (spreadMs = ms),
  };
}

it('ten clients of a replica connect no more often than one', async () => {
  const { clock, network, start, watches } = stage();
  start();
  await clock.travelAsync(5_000);
  expect(network.openedAt.length).toBeGreaterThanOrEqual(40);
  expect(network.openedAt.length).toBeLessThanOrEqual(51);
  await clock.travelAsync(60_000);
  const before = network.openedAt.length;
  await clock.travelAsync(10_000);
  expect(network.openedAt.length - before).toBeLessThanOrEqual(11);
  for (const watch of watches) watch.stop();
  expect([network.links.length, clock.pendingTimers]).toEqual([0, 0]);
});

it('each client gets its own connection as soon as one has found the primary, first those that are waited for', async () => {
  const { clock, server, foundBy, start, watches, wantedAt } = stage();
  start();
  await clock.travelAsync(1_050);
  wantedAt[7] = clock.now();
  wantedAt[8] = clock.now();
  server.role = 'master';
  await clock.travelAsync(2 * periodMs);
  expect(foundBy.slice(0, 3)).toEqual(expect.arrayContaining([7, 8]));
  expect(foundBy.toSorted(ascending)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(watches.some((watch) => watch.isOn)).toBe(false);
  expect(clock.pendingTimers).toBe(0);
});

it('clients that nobody waits for follow at the given pace, until somebody does', async () => {
  const { clock, server, foundBy, start, wantedAt, spread } = stage();
  start();
  await clock.travelAsync(1_050);
  spread(300);
  server.role = 'master';
  await clock.travelAsync(periodMs + 350);
  expect(foundBy.length).toBeGreaterThanOrEqual(2);
  expect(foundBy.length).toBeLessThanOrEqual(3);
  wantedAt.fill(clock.now());
  await clock.travelAsync(350);
  expect(foundBy.length).toBe(10);
});

it('a client that stops in the middle of its look leaves the next one to look within a period', async () => {
  const { clock, server, network, foundBy, start, watches } = stage();
  start();
  await clock.travelAsync(1_000);
  const before = network.openedAt.length;
  for (let stopped = 0; stopped < 9; stopped++) watches[stopped]?.stop();
  await clock.travelAsync(periodMs + 10);
  expect(network.openedAt.length - before).toBeLessThanOrEqual(2);
  server.role = 'master';
  await clock.travelAsync(2 * periodMs);
  expect(foundBy).toEqual([9]);
});

it('a client that cannot connect does not keep the others from looking', async () => {
  const { clock, server, foundBy, start } = stage(0);
  start();
  await clock.travelAsync(500);
  server.role = 'master';
  await clock.travelAsync(3 * periodMs);
  expect(foundBy.toSorted(ascending)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

const refuse = (): Promise<never> => Promise.reject(new Error('refused'));

const ascending = (one: number, other: number): number => one - other;
