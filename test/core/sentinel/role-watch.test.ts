import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { LookTurns } from '../../../packages/core/src/dialing/look-turns.ts';
import type { Target } from '../../../packages/core/src/handshake/establish.ts';
import type { Credentials } from '../../../packages/core/src/redis-resilience.ts';
import { RoleWatch } from '../../../packages/core/src/sentinel/role-watch.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

/** A `RoleWatch` for an address where no primary ever replies. */
function stage() {
  const clock = new ManualClock({ nowMs: 10_000 });
  const looks: number[] = [];
  const asked: (Credentials | undefined)[] = [];
  let login: Credentials | undefined = { password: 'first' };
  const target: Target = {
    open: () => Promise.reject(new Error('nobody there')),
    endpoint() {
      looks.push(clock.now());
      asked.push(this.credentials as Credentials);
      return Promise.resolve({});
    },
    get credentials() {
      return login;
    },
    credentialsTimeoutMs: 100,
    keepAliveMs: 0,
    wantsHello: () => false,
    session: () => ({ database: 0, clientName: undefined, readOnly: false }),
    requiresPrimary: false,
  };
  const pace = { periodMs: 100, wantedAt: -Infinity };
  const told: number[] = [];
  const watch = new RoleWatch({
    target,
    clock,
    pace: () => pace,
    isOneServer: false,
    turns: new LookTurns(),
    followsAt: (now) => now,
    onPrimary: () => undefined,
    onDial: () => told.push(clock.now()),
  });
  return { clock, looks, told, asked, pace, watch, giveLogin: (given: Credentials) => (login = given) };
}

describe('a watch for the primary', () => {
  it('looks every period for five seconds, then more rarely, at least once a second', async () => {
    const { clock, looks, told, watch } = stage();
    watch.start();
    await clock.travelAsync(5_000);
    expect(looks.length).toBeGreaterThanOrEqual(49);
    expect(told).toEqual(looks);
    await clock.travelAsync(60_000);
    looks.length = 0;
    await clock.travelAsync(10_000);
    expect(looks.length).toBeGreaterThanOrEqual(9);
    expect(looks.length).toBeLessThanOrEqual(11);
    watch.stop();
    expect(clock.pendingTimers).toBe(0);
  });

  it('looks within a period when somebody wants to write, and every period while that lasts', async () => {
    const { clock, looks, pace, watch } = stage();
    watch.start();
    await clock.travelAsync(60_000);
    looks.length = 0;
    pace.wantedAt = clock.now();
    await clock.travelAsync(1_000);
    expect(looks[0]).toBeLessThanOrEqual(pace.wantedAt + 100);
    expect(looks.length).toBeGreaterThanOrEqual(9);
    watch.stop();
  });

  it('logs in with the credentials of the moment', async () => {
    const { clock, asked, watch, giveLogin } = stage();
    watch.start();
    await clock.travelAsync(100);
    giveLogin({ password: 'second' });
    await clock.travelAsync(100);
    expect([asked[0], asked.at(-1)]).toEqual([{ password: 'first' }, { password: 'second' }]);
    watch.stop();
  });

  it('takes no server for a primary that does not tell its role, because it runs a script', async () => {
    const { clock, server, target } = new WiredDriver();
    const found: string[] = [];
    const pace = { periodMs: 100, wantedAt: -Infinity };
    const watch = new RoleWatch({
      target,
      clock,
      pace: () => pace,
      isOneServer: false,
      turns: new LookTurns(),
      followsAt: (now) => now,
      onPrimary: ({ socket, proof }) => {
        found.push(proof.info['role'] ?? 'unknown');
        socket.destroy();
      },
      onDial: () => undefined,
    });
    server.role = 'slave';
    server.mood = 'busy';
    watch.start();
    await clock.travelAsync(1_000);
    server.mood = 'serves';
    await clock.travelAsync(1_000);
    expect([found, watch.isOn]).toEqual([[], true]);
    server.role = 'master';
    await clock.travelAsync(1_000);
    expect([found, watch.isOn, clock.pendingTimers]).toEqual([['master'], false, 0]);
  });
});

/** A `RoleWatch` for a replica that will be promoted, and whose replies are expected within 25 ms. */
function promotionStage() {
  const { clock, server, network, target } = new WiredDriver();
  server.role = 'slave';
  const foundAt: number[] = [];
  const watch = new RoleWatch({
    target,
    clock,
    pace: () => ({ periodMs: 25, wantedAt: Infinity }),
    isOneServer: true,
    turns: new LookTurns(),
    followsAt: (now) => now,
    onPrimary: ({ socket }) => {
      foundAt.push(clock.now());
      socket.destroy();
    },
    onDial: () => undefined,
  });
  return { clock, server, network, watch, foundAt };
}

describe('a watch for the promotion of one replica', () => {
  it('asks every period on one connection, and hands that over once the replica is promoted', async () => {
    const { clock, server, network, watch, foundAt } = promotionStage();
    watch.start();
    await clock.travelAsync(1_000);
    expect(server.ran.filter((name) => name.toLowerCase() === 'ping').length).toBeGreaterThanOrEqual(30);
    server.role = 'master';
    const promotedAt = clock.now();
    await clock.travelAsync(100);
    expect([network.openedAt.length, foundAt.length, watch.isOn]).toEqual([1, 1, false]);
    expect((foundAt[0] as number) - promotedAt).toBeLessThanOrEqual(28);
    expect([network.links.length, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('connects again at once when the promotion closes its connection', async () => {
    const { clock, server, network, watch, foundAt } = promotionStage();
    watch.start();
    await clock.travelAsync(206);
    server.role = 'master';
    server.hangUp();
    const promotedAt = clock.now();
    await clock.travelAsync(100);
    expect([network.openedAt.length, foundAt.length]).toEqual([2, 1]);
    expect((foundAt[0] as number) - promotedAt).toBeLessThanOrEqual(6);
    expect([network.links.length, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('connects at most once in every period to a replica that closes each connection', async () => {
    const { clock, server, network, watch, foundAt } = promotionStage();
    watch.start();
    for (let ms = 0; ms < 1_000; ms++) {
      await clock.travelAsync(1);
      server.hangUp();
    }
    expect(network.openedAt.length).toBeGreaterThanOrEqual(20);
    expect(network.openedAt.length).toBeLessThanOrEqual(41);
    expect(foundAt).toEqual([]);
    watch.stop();
  });

  it('gives up a connection on which the replica falls silent', async () => {
    const { clock, server, network, watch, foundAt } = promotionStage();
    watch.start();
    await clock.travelAsync(200);
    network.cutStanding();
    server.role = 'master';
    await clock.travelAsync(1_100);
    expect([network.openedAt.length, foundAt.length]).toEqual([2, 1]);
  });

  it('leaves no connection and no timer when it is stopped', async () => {
    const { clock, network, watch } = promotionStage();
    watch.start();
    await clock.travelAsync(210);
    expect(network.links.length).toBe(1);
    watch.stop();
    await clock.travelAsync(10);
    expect([network.links.length, clock.pendingTimers, watch.isOn]).toEqual([0, 0, false]);
  });
});
