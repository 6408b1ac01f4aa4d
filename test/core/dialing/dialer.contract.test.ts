import { describe, expect, it, vi } from 'vitest';
import { bareDialer } from './bare-dialer.ts';
import { DialWorld } from './dial-world.ts';

describe('Dialer and its requests', () => {
  it('takes a rejection for a reset and goes on', async () => {
    const { clock, dialer, attempts, reports, request } = bareDialer();
    dialer.dial(request);
    await clock.travelAsync(1);
    attempts[0]!.reject(new Error('thrown'));
    await clock.travelAsync(200);
    expect(reports[0]).toMatchObject({ cause: 'connection-reset', error: new Error('thrown') });
    expect(attempts.length).toBeGreaterThan(1);
  });

  it('contains an attempt that throws and a listener that throws', async () => {
    const { clock, dialer } = bareDialer();
    const attempt = vi.fn(() => {
      throw new Error('thrown');
    });
    dialer.dial({
      priority: 'command',
      attempt,
      onAttempt: () => {
        throw new Error('thrown too');
      },
    });
    await clock.travelAsync(1_000);
    expect(attempt.mock.calls.length).toBeGreaterThan(8);
  });

  it('aborts the other attempt of a request that got through, and discards its late success', async () => {
    const { clock, dialer, attempts, reports, request } = bareDialer();
    dialer.dial(request);
    await clock.travelAsync(75);
    expect(attempts).toHaveLength(2);
    attempts[0]!.resolve({ ok: true, fleetSize: 1 });
    await clock.travelAsync(0);
    expect(attempts[1]!.attempt.signal.aborted).toBe(true);
    const discard = vi.fn();
    attempts[1]!.resolve({ ok: true, fleetSize: 1, discard });
    await clock.travelAsync(1_000);
    expect(discard).toHaveBeenCalledOnce();
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ cause: undefined, nextAttemptMs: undefined });
    expect([dialer.alive, attempts.length, clock.pendingTimers]).toEqual([1, 2, 0]);
  });

  it('enforces the SYN deadline and the handshake deadline apart', async () => {
    const { clock, dialer, attempts, reports, request } = bareDialer();
    dialer.dial(request);
    await clock.travelAsync(1);
    await clock.travelAsync(955);
    expect(attempts[0]!.attempt.signal.reason).toMatchObject({ name: 'TimeoutError' });
    expect(reports[0]!.cause).toBe('connect-timeout');
    const last = attempts.at(-1)!;
    last.attempt.connected();
    await clock.travelAsync(4_999);
    expect(last.attempt.signal.aborted).toBe(false);
    await clock.travelAsync(2);
    expect(last.attempt.signal.aborted).toBe(true);
    expect(reports.at(-1)!.cause).not.toBe(undefined);
    expect(reports.map(({ cause }) => cause)).toContain('handshake-timeout');
  });

  it('stops the SYN deadline during preparation, and names what took too long', async () => {
    const { clock, dialer, attempts, reports, request } = bareDialer();
    dialer.dial(request);
    await clock.travelAsync(1);
    const prepared = attempts[0]!.attempt.preparing('dns');
    const { signal, synDeadlineMs } = attempts[0]!.attempt;
    await clock.travelAsync(3_000);
    expect(signal.aborted).toBe(false);
    prepared();
    await clock.travelAsync(synDeadlineMs - 1);
    expect(signal.aborted).toBe(false);
    await clock.travelAsync(2);
    expect(signal.aborted).toBe(true);
    const other = attempts.at(-1)!;
    other.attempt.preparing('credentials');
    await clock.travelAsync(5_001);
    expect(reports.map(({ cause }) => cause)).toContain('credentials');
  });

  it('lets an answer in that overtook a deadline while the event loop was blocked', async () => {
    const { clock, dialer, attempts, request } = bareDialer();
    dialer.dial(request);
    await clock.travelAsync(1);
    const [first] = attempts;
    clock.jump(500);
    clock.setImmediate(() => {
      first!.attempt.connected();
      first!.resolve({ ok: true, fleetSize: 1 });
    });
    await clock.travelAsync(0);
    await clock.travelAsync(0);
    expect(dialer.alive).toBe(1);
    expect(first!.attempt.signal.aborted).toBe(false);
  });

  it('reads the sockets before a deadline ends an attempt, even in the turn in which both began', async () => {
    const { clock, dialer, attempts, request } = bareDialer();
    dialer.dial(request);
    await clock.travelAsync(1);
    const [first] = attempts;
    clock.setTimeout(() => {
      clock.setImmediate(() => {
        first!.attempt.connected();
        first!.resolve({ ok: true, fleetSize: 1 });
      });
    }, first!.attempt.synDeadlineMs - 2);
    clock.jump(first!.attempt.synDeadlineMs);
    await clock.travelAsync(0);
    await clock.travelAsync(0);
    expect(first!.attempt.signal.aborted).toBe(false);
    expect(dialer.alive).toBe(1);
  });

  it('leaves no timer when the last request is cancelled, in whatever phase', async () => {
    for (const waitMs of [0, 1, 30, 60, 120, 700]) {
      const { clock, dialer, attempts, reports, request } = bareDialer();
      const ticket = dialer.dial(request);
      await clock.travelAsync(waitMs);
      attempts.at(-1)?.attempt.connected();
      const told = reports.length;
      ticket.cancel();
      expect(clock.pendingTimers).toBe(0);
      expect(attempts.every(({ attempt }) => attempt.signal.aborted)).toBe(true);
      await clock.travelAsync(10_000);
      expect(reports).toHaveLength(told);
      expect(ticket.nextAttemptMs()).toBe(undefined);
    }
  });

  it('hands leadership on at once when the leader is cancelled in its handshake', async () => {
    const { clock, dialer, attempts, request } = bareDialer();
    const leader = dialer.dial(request);
    dialer.dial(request);
    await clock.travelAsync(1);
    attempts[0]!.attempt.connected();
    await clock.travelAsync(1_000);
    expect(attempts).toHaveLength(1);
    leader.cancel();
    await clock.travelAsync(1);
    expect(attempts).toHaveLength(2);
  });

  it('counts a connection as lost or closed once', async () => {
    const world = await DialWorld.connected(2);
    const { ticket } = world.clients[0]!;
    ticket!.lost();
    ticket!.lost();
    ticket!.cancel();
    expect(world.dialer.alive).toBe(1);
  });

  it('tells when the next attempt comes', async () => {
    const world = await DialWorld.connected(2);
    expect(world.dialer.nextAttemptMs()).toBe(undefined);
    world.takeDown('refusing');
    await world.clock.travelAsync(1_000);
    const ms = world.clients[1]!.ticket!.nextAttemptMs()!;
    const before = world.attempts.length;
    await world.clock.travelAsync(ms - 0.5);
    expect(world.attempts).toHaveLength(before);
    await world.clock.travelAsync(1);
    expect(world.attempts).toHaveLength(before + 1);
    expect(world.reports.at(-1)!.report.nextAttemptMs).toBeGreaterThan(90);
  });

  it('attempts soon after a hint, at most once more per period', async () => {
    const world = await DialWorld.connected(1, { fleetSize: 10_000 });
    world.takeDown('refusing');
    await world.clock.travelAsync(10_000);
    world.attempts.length = 0;
    for (let i = 0; i < 2_000; i++) {
      world.dialer.hurry();
      await world.clock.travelAsync(10);
    }
    expect(world.attempts.length).toBeGreaterThanOrEqual(18);
    expect(world.attempts.length).toBeLessThanOrEqual(22);
    expect(world.clock.pendingTimers).toBe(1);
  });

  it('ignores a hint when nothing waits', async () => {
    const world = await DialWorld.connected(1);
    world.dialer.hurry();
    expect(world.clock.pendingTimers).toBe(0);
  });
});
