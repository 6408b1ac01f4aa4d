import { ManualClock } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import type { Target } from '../../../packages/core/src/handshake/establish.ts';
import type { Credentials } from '../../../packages/core/src/redis-resilience.ts';
import { RoleWatch } from '../../../packages/core/src/sentinel/role-watch.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

/** A watch over an endpoint where no primary ever answers. */
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
  const watch = new RoleWatch(
    target,
    clock,
    () => pace,
    () => undefined,
    () => told.push(clock.now()),
  );
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
    const watch = new RoleWatch(
      target,
      clock,
      () => pace,
      ({ socket, proof }) => {
        found.push(proof.info['role'] ?? 'unknown');
        socket.destroy();
      },
      () => undefined,
    );
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
