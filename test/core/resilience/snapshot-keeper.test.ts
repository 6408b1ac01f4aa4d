import { describe, expect, it } from 'vitest';
import { KeeperStage } from './keeper-stage.ts';

describe('a snapshot', () => {
  it('is whole from the beginning', () => {
    const { keeper } = new KeeperStage();
    expect(keeper.snapshot()).toEqual({
      name: 'shop',
      status: 'down',
      reads: false,
      writes: false,
      connection: 'idle',
      circuit: { read: 'closed', write: 'closed' },
      cause: undefined,
      database: undefined,
      since: new Date(50_000),
      retryAfterMs: 70,
      outages: 0,
      attempts: 0,
    });
  });

  it('is frozen, inside too, and the same object until something changes', () => {
    const stage = KeeperStage.up();
    const snapshot = stage.keeper.snapshot();
    stage.clock.travel(60_000);
    stage.keeper.refresh();
    expect(stage.keeper.snapshot()).toBe(snapshot);
    stage.move('reconnecting', 'connection-reset');
    const after = stage.keeper.snapshot();
    expect(after).not.toBe(snapshot);
    for (const each of [snapshot, after]) {
      expect(Object.isFrozen(each) && Object.isFrozen(each.circuit)).toBe(true);
    }
    expect(Object.isFrozen(after.cause)).toBe(true);
    expect(stage.keeper.snapshot()).toBe(after);
  });

  it('is another one after each attempt, which is no change', () => {
    const stage = new KeeperStage();
    const before = stage.keeper.snapshot();
    stage.keeper.countAttempt();
    stage.retryAfterMs = { read: 30, write: 40 };
    const after = stage.keeper.snapshot();
    expect([before.attempts, after.attempts, after.retryAfterMs]).toEqual([0, 1, 30]);
    stage.keeper.countAttempt();
    stage.keeper.refresh();
    expect([stage.keeper.snapshot().attempts, stage.names]).toEqual([2, []]);
    expect(stage.keeper.snapshot()).toBe(stage.keeper.snapshot());
  });

  it('is not taken again for the asking: the keeper is told of changes', () => {
    const stage = new KeeperStage();
    stage.client.state = 'connecting';
    expect(stage.keeper.snapshot().connection).toBe('idle');
    stage.keeper.countAttempt();
    const after = stage.keeper.snapshot();
    expect(after.connection).toBe('connecting');
    stage.client.state = 'ready';
    expect(stage.keeper.snapshot()).toBe(after);
  });

  it('is up on a connection that serves, with neither cause nor time to wait', () => {
    const stage = KeeperStage.up();
    expect(stage.keeper.snapshot()).toMatchObject({
      status: 'up',
      reads: true,
      writes: true,
      connection: 'ready',
      cause: undefined,
      retryAfterMs: undefined,
    });
  });

  it('tells when to try again in whole milliseconds, rounded up', () => {
    const stage = new KeeperStage();
    stage.retryAfterMs = { read: 30.0625, write: 40 };
    stage.keeper.countAttempt();
    expect(stage.keeper.snapshot().retryAfterMs).toBe(31);
  });

  it('tells when to try again by the lane that is away', () => {
    const stage = KeeperStage.up();
    stage.circuits.write.trip('out-of-memory', stage.clock.now());
    expect(stage.keeper.snapshot()).toMatchObject({
      status: 'degraded',
      reads: true,
      writes: false,
      retryAfterMs: 90,
    });
    stage.circuits.read.trip('slow', stage.clock.now());
    expect(stage.keeper.snapshot()).toMatchObject({ status: 'down', retryAfterMs: 70 });
  });

  it('has a cause with a sentence and the time at which it was recognised', () => {
    const stage = KeeperStage.up();
    stage.clock.travel(500);
    stage.move('stalled', 'stalled');
    const { cause } = stage.keeper.snapshot();
    expect(cause).toMatchObject({ code: 'stalled', at: new Date(50_500) });
    expect(cause?.message).toMatch(/\w+/);
    stage.clock.travel(500);
    stage.move('reconnecting', 'stalled');
    expect(stage.keeper.snapshot().cause).toBe(cause);
    stage.clock.travel(500);
    stage.move('reconnecting', 'connection-refused');
    expect(stage.keeper.snapshot().cause).toMatchObject({ code: 'connection-refused', at: new Date(51_500) });
  });

  it('has the time since which its status holds', () => {
    const stage = KeeperStage.up();
    stage.clock.travel(500);
    stage.move('stalled', 'stalled');
    stage.clock.travel(500);
    stage.move('reconnecting', 'connection-refused');
    expect(stage.keeper.snapshot().since).toEqual(new Date(50_500));
    stage.move('ready');
    expect(stage.keeper.snapshot().since).toEqual(new Date(51_000));
  });

  it('knows of writes that are held, and of keys that cannot be reached', () => {
    const stage = KeeperStage.up();
    stage.client.writesHeldBy = 'read-only';
    stage.keeper.refresh();
    expect(stage.keeper.snapshot()).toMatchObject({
      reads: true,
      writes: false,
      cause: { code: 'read-only' },
    });
    stage.client.writesHeldBy = undefined;
    stage.client.partlyAwayBy = 'connection-refused';
    stage.keeper.refresh();
    expect(stage.keeper.snapshot()).toMatchObject({
      status: 'degraded',
      writes: true,
      cause: { code: 'connection-refused' },
    });
  });

  it.each(['read', 'write'] as const)(
    'shows a circuit (%s) that lets trials through by time alone',
    (lane) => {
      const stage = KeeperStage.up();
      stage.circuits[lane].trip('slow', stage.clock.now());
      expect(stage.keeper.snapshot().circuit[lane]).toBe('open');
      stage.clock.travel(1_000);
      expect(stage.keeper.snapshot()).toMatchObject({
        status: 'degraded',
        circuit: { [lane]: 'half-open' },
        cause: { code: 'slow' },
      });
      expect(stage.names).toEqual(['outage', 'change', 'change']);
    },
  );

  it('takes a circuit that only observes for closed, unless it is isolated by hand', () => {
    for (const mode of ['observe', 'off'] as const) {
      const stage = KeeperStage.up({ mode });
      if (mode === 'observe') stage.circuits.read.trip('slow', stage.clock.now());
      expect(stage.keeper.snapshot().status).toBe('up');
      const putBack = stage.circuits.read.isolate();
      expect(stage.keeper.snapshot()).toMatchObject({
        status: 'degraded',
        reads: false,
        cause: { code: 'isolated' },
      });
      putBack();
      expect(stage.keeper.snapshot().status).toBe('up');
    }
  });

  it('names the reason for which it was isolated, and the next one once that has ended', () => {
    const stage = KeeperStage.up();
    const putBack = stage.isolations.hold('a migration');
    const first = stage.keeper.snapshot().cause;
    expect(first).toMatchObject({ code: 'isolated', message: expect.stringMatching(/Reason: a migration$/) });
    putBack();
    expect(stage.keeper.snapshot().cause).toBeUndefined();
    const endFirst = stage.isolations.hold('');
    expect(stage.keeper.snapshot().cause?.message).not.toContain('Reason');
    stage.clock.travel(100);
    stage.isolations.hold('a drill');
    endFirst();
    const second = stage.keeper.snapshot().cause;
    expect(second?.message).toMatch(/Reason: a drill$/);
    expect(second?.at).toEqual(new Date(50_000));
  });

  it('gives no reason of an isolation for another cause', () => {
    const stage = KeeperStage.up();
    stage.move('stalled', 'stalled');
    expect(stage.keeper.snapshot().cause?.message).not.toContain('Reason');
  });

  it('names the database in use, by the same object until another one is', () => {
    const stage = KeeperStage.up();
    stage.databases.summary = { name: 'first', preferred: true, readOnly: false };
    stage.keeper.refresh();
    const { database } = stage.keeper.snapshot();
    expect(database).toEqual({ name: 'first', preferred: true, readOnly: false });
    expect(Object.isFrozen(database)).toBe(true);
    stage.databases.summary = { name: 'first', preferred: true, readOnly: false };
    stage.keeper.refresh();
    expect(stage.keeper.snapshot().database).toBe(database);
    stage.databases.summary = { name: 'second', preferred: true, readOnly: false };
    stage.keeper.refresh();
    expect(stage.keeper.snapshot().database).toEqual({ name: 'second', preferred: true, readOnly: false });
    stage.databases.summary = { name: 'second', preferred: false, readOnly: false };
    stage.keeper.refresh();
    expect(stage.keeper.snapshot().database).toEqual({ name: 'second', preferred: false, readOnly: false });
    expect(stage.names).toEqual(['change', 'change', 'change']);
  });
});
