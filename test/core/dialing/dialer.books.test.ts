import { describe, expect, it } from 'vitest';
import type { DialResult } from '../../../packages/core/src/dialing/dialer.ts';
import { bareDialer } from './bare-dialer.ts';
import { DialWorld } from './dial-world.ts';

/** Creates connections that have been ready for a minute, to a server with 4,000 clients. */
async function connected(names: readonly string[], fleetSize = 4_000) {
  const desk = bareDialer();
  const tickets = [];
  for (const name of names) {
    tickets.push(desk.dial(name));
    while (desk.attempts.at(-1)?.who !== name) await desk.clock.travelAsync(100);
    desk.last().attempt.connected();
    desk.last().resolve({ ok: true, fleetSize });
    await desk.now();
  }
  await desk.clock.travelAsync(60_000);
  return { ...desk, tickets };
}

/** Waits for the dialer's next attempt, and returns the interval between two attempts (period) at that time. */
async function nextPeriod(desk: ReturnType<typeof bareDialer>): Promise<number> {
  await nextAttempt(desk);
  return desk.dialer.periodMs;
}

async function nextAttempt(desk: ReturnType<typeof bareDialer>) {
  const before = desk.attempts.length;
  while (desk.attempts.length === before) await desk.clock.travelAsync(10);
  return desk.last();
}

describe('the connections of a process, on which its share of the pace depends', () => {
  it('include those that broke and are not asked for yet', async () => {
    const desk = await connected(['a', 'b', 'c', 'd']);
    for (const ticket of desk.tickets) ticket.lost();
    desk.dial('a');
    expect(await nextPeriod(desk)).toBe(500);
  });

  it('do not include one that was closed', async () => {
    const desk = await connected(['a', 'b', 'c', 'd']);
    desk.tickets[3]?.cancel();
    for (const ticket of desk.tickets) ticket.lost();
    desk.dial('a');
    expect(Math.round(await nextPeriod(desk))).toBe(667);
  });

  it('include those that still stand', async () => {
    const desk = await connected(['a', 'b', 'c', 'd']);
    for (const ticket of desk.tickets.slice(2)) ticket.lost();
    desk.dial('c');
    expect(await nextPeriod(desk)).toBe(500);
  });

  it('do not include lost ones any more once none of them waits', async () => {
    const desk = await connected(['a', 'b', 'c', 'd']);
    for (const ticket of desk.tickets) ticket.lost();
    const ticket = desk.dial('a');
    (await nextAttempt(desk)).resolve({ ok: true });
    await desk.clock.travelAsync(60_000);
    ticket.lost();
    desk.dial('a');
    expect(await nextPeriod(desk)).toBe(800);
  });

  it('include those that are away for as long as another one waits', async () => {
    const desk = await connected(['a', 'b', 'c', 'd']);
    for (const ticket of desk.tickets) ticket.lost();
    desk.dial('a');
    desk.dial('b');
    (await nextAttempt(desk)).resolve({ ok: true });
    await desk.now();
    expect(await nextPeriod(desk)).toBe(500);
  });
});

describe('a dialer', () => {
  it('learns the size of the fleet as it is read in calm', async () => {
    const { dialer } = await connected(['a']);
    dialer.observeFleet(6_000);
    expect(dialer.fleetSize).toBe(6_000);
  });

  it('learns how long connecting takes', async () => {
    const desk = bareDialer();
    const ticket = desk.dial('a');
    await desk.clock.travelAsync(1);
    await desk.clock.travelAsync(79);
    const [first] = desk.attempts;
    first?.attempt.connected();
    first?.resolve({ ok: true, fleetSize: 1 });
    await desk.clock.travelAsync(60_000);
    ticket.lost();
    desk.dial('a');
    await nextAttempt(desk);
    expect((await nextAttempt(desk)).attempt.synDeadlineMs).toBe(3 * 80);
  });

  it('dials a server that tells no size as often as one with a small fleet', async () => {
    const desk = bareDialer();
    const ticket = desk.dial('a');
    await desk.clock.travelAsync(1);
    desk.last().resolve({ ok: true });
    await desk.clock.travelAsync(60_000);
    ticket.lost();
    desk.dial('a');
    expect(await nextPeriod(desk)).toBe(100);
  });

  it.each<[Omit<DialResult & { ok: false }, 'ok'>, number]>([
    [{ cause: 'connection-refused' }, 200],
    [{ cause: 'loading' }, 400],
    [{ cause: 'max-clients' }, 400],
    [{ cause: 'auth', overload: true }, 400],
    [{ cause: 'auth', overload: false }, 200],
    [{ cause: 'loading', overload: false }, 200],
  ])('learns from %o that the period is %d ms', async (failure, periodMs) => {
    const desk = await connected(['a'], 1_000);
    desk.tickets[0]?.lost();
    desk.dial('a');
    (await nextAttempt(desk)).resolve({ ok: false, ...failure });
    expect(await nextPeriod(desk)).toBe(periodMs);
  });

  it('learns after an attempt that was not needed that there is room for two again', async () => {
    const desk = bareDialer();
    const ticket = desk.dial('a');
    await desk.clock.travelAsync(75);
    expect(desk.attempts).toHaveLength(2);
    desk.attempts[0]?.resolve({ ok: true, fleetSize: 1 });
    await desk.clock.travelAsync(60_000);
    ticket.lost();
    desk.dial('a');
    await desk.clock.travelAsync(75);
    expect(desk.attempts).toHaveLength(4);
  });
});

describe('the turn to dial', () => {
  it('passes to another request when the credentials of the first cannot be had', async () => {
    const desk = bareDialer();
    desk.dial('a');
    desk.dial('b');
    await desk.clock.travelAsync(1);
    expect(desk.last().who).toBe('a');
    desk.last().resolve({ ok: false, cause: 'credentials' });
    expect((await nextAttempt(desk)).who).toBe('b');
  });

  it('stays with the same request where nobody answers', async () => {
    const desk = bareDialer();
    desk.dial('a');
    desk.dial('b');
    await desk.clock.travelAsync(1);
    desk.last().resolve({ ok: false, cause: 'connection-refused' });
    expect((await nextAttempt(desk)).who).toBe('a');
  });

  it('is given at once to a request that comes while one follower is under way', async () => {
    const desk = bareDialer();
    desk.dial('a');
    desk.dial('b');
    await desk.clock.travelAsync(1);
    desk.last().resolve({ ok: true, fleetSize: 2 });
    await desk.now();
    expect(desk.last().who).toBe('b');
    desk.dial('c');
    await desk.now();
    expect(desk.last().who).toBe('c');
    desk.attempts.find(({ who }) => who === 'b')?.resolve({ ok: false, cause: 'connection-refused' });
    expect(desk.last().attempt.signal.aborted).toBe(false);
  });

  it('is not given up with the attempt of another request', async () => {
    const desk = bareDialer();
    desk.dial('a');
    const b = desk.dial('b');
    desk.dial('c');
    await desk.clock.travelAsync(1);
    desk.last().resolve({ ok: true, fleetSize: 3 });
    await desk.now();
    await desk.now();
    expect(desk.attempts.map(({ who }) => who)).toEqual(['a', 'b', 'c']);
    b.cancel();
    expect(desk.attempts.map(({ attempt }) => attempt.signal.aborted)).toEqual([false, true, false]);
  });

  it('passes on at once when its request is cancelled in the handshake', async () => {
    const desk = bareDialer();
    const a = desk.dial('a');
    desk.dial('b');
    await desk.now();
    desk.last().attempt.connected();
    await desk.clock.travelAsync(1);
    a.cancel();
    await desk.now();
    expect(desk.last().who).toBe('b');
  });
});

describe('the next attempt', () => {
  it('comes a whole period after the last one, where nobody waited when it was due', async () => {
    const desk = bareDialer();
    const a = desk.dial('a');
    await desk.now();
    desk.last().resolve({ ok: false, cause: 'connection-refused' });
    await desk.now();
    a.cancel();
    await desk.clock.travelAsync(75);
    desk.dial('b');
    await desk.clock.travelAsync(24);
    expect(desk.attempts).toHaveLength(1);
    await desk.clock.travelAsync(2);
    expect(desk.last().who).toBe('b');
  });

  it('is not hurried by another request while no connection stands', async () => {
    const desk = bareDialer();
    desk.dial('a');
    await desk.now();
    desk.last().attempt.connected();
    desk.last().resolve({ ok: false, cause: 'auth' });
    await desk.now();
    desk.dial('b');
    expect(desk.dialer.nextAttemptMs()).toBeGreaterThan(20);
  });

  it('is announced a period ahead while a handshake keeps the clock from ringing', async () => {
    // With this source of random numbers, the first attempts are 65 ms apart.
    const desk = bareDialer(() => 1);
    desk.dial('a');
    await desk.now();
    desk.last().attempt.connected();
    expect(desk.dialer.nextAttemptMs()).toBe(65);
    await desk.clock.travelAsync(65);
    expect(desk.dialer.nextAttemptMs()).toBe(0);
    await desk.clock.travelAsync(5);
    expect(desk.dialer.nextAttemptMs()).toBe(100);
  });

  it('is announced as due now where the clock rings late', async () => {
    const desk = bareDialer();
    desk.dial('a');
    await desk.now();
    desk.clock.jump(500);
    expect(desk.dialer.nextAttemptMs()).toBe(0);
  });
});

it('an attempt that makes room for the next one is reported as a connect timeout', async () => {
  const world = await DialWorld.connected(1);
  world.takeDown('black-hole');
  await world.clock.travelAsync(3_000);
  expect(world.reports.length).toBeGreaterThan(10);
  expect(new Set(world.reports.map(({ report }) => report.cause))).toEqual(new Set(['connect-timeout']));
});
