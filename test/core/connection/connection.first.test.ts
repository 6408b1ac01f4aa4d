import { describe, expect, it } from 'vitest';
import { ConnectionStage } from '../fakes/connection-stage.ts';

describe('a connection that is made for the first time', () => {
  it('is idle until its driver is told to connect', async () => {
    const stage = ConnectionStage.idle();
    await stage.travel(10_000);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['idle', undefined]);
    expect(stage.connection.nextAttemptMs()).toBeUndefined();
    expect([stage.news, stage.left, stage.network.openedAt]).toEqual([[], { timers: 0, sockets: 0 }, []]);
  });

  it('makes calls wait, which is no outage, until it serves', async () => {
    const stage = ConnectionStage.idle();
    stage.driver.wake();
    await stage.travel(3);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['connecting', undefined]);
    expect(stage.news).toEqual([
      { kind: 'away', since: undefined, isFirst: true, isUnnoticed: false, at: 1_000 },
      { kind: 'changed', at: 1_000 },
    ]);
    await stage.travel(20);
    expect(stage.told).toEqual(['away', 'changed', 'verified', 'cleared', 'serving', 'changed']);
    expect(stage.connection.state).toBe('ready');
    expect(stage.reports).toMatchObject([{ cause: undefined, durationMs: 4 }]);
  });

  it('is verified before its driver sees the socket', async () => {
    const stage = await ConnectionStage.ready();
    expect(stage.server.ran).toEqual(['ping', 'info', 'client id', 'client setinfo', 'client setinfo']);
    expect(stage.connection.wire.identity).toEqual({ clientId: '1', runId: stage.server.runId });
    expect(stage.connection.wire.socket).toBe(stage.driver.socket);
  });

  it('is read before its driver reads, so that round trips are measured', async () => {
    const stage = await ConnectionStage.ready();
    stage.send('get', ['a']);
    await stage.travel(5);
    expect(stage.connection.wire.roundTrip.meanMs).toBe(2);
  });

  it('does not serve when it broke in the moment in which its driver was ready', async () => {
    const stage = ConnectionStage.idle();
    stage.driver.wake();
    await stage.travel(5);
    // Drops the connection after the last reply of the handshake, before the driver emits `ready` in the next tick.
    stage.driver.socket?.on('data', () => {
      if (stage.driver.unansweredCount() === 0) queueMicrotask(() => stage.connection.drop('read-only'));
    });
    const seen: string[] = [];
    stage.driver.on('ready', () => seen.push(stage.driver.status));
    await stage.travel(1);
    expect(seen).toEqual(['parked']);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['connecting', 'read-only']);
    expect(stage.told).not.toContain('serving');
    await stage.travel(200);
    expect(stage.connection.state).toBe('ready');
  });

  it('has a cause once an attempt failed, and is tried again at the pace of dialing', async () => {
    const stage = ConnectionStage.idle();
    stage.server.stop();
    stage.driver.wake();
    await stage.travel(10);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['connecting', 'connection-refused']);
    expect(stage.news.slice(2)).toEqual([
      { kind: 'away', since: 1_000, isFirst: true, isUnnoticed: false, at: 1_002 },
      { kind: 'changed', at: 1_002 },
    ]);
    expect(stage.connection.nextAttemptMs()).toBeGreaterThan(0);
    await stage.travel(1_000);
    expect(stage.reports.length).toBeGreaterThan(5);
    expect(stage.told.filter((kind) => kind === 'away')).toHaveLength(2);
    stage.server.start();
    const back = stage.clock.now();
    await stage.travel(200);
    expect(stage.connection.state).toBe('ready');
    expect(stage.toldAfter('serving', back)).toBeLessThan(150);
  });

  it('answers its caller at the first failure, and goes on', async () => {
    const stage = ConnectionStage.idle();
    stage.server.stop();
    let failure: unknown;
    stage.driver.connect().catch((error: unknown) => {
      failure = error;
    });
    await stage.travel(50);
    expect(failure).toMatchObject({ code: 'ECONNREFUSED' });
    stage.server.start();
    await stage.travel(200);
    expect(stage.connection.state).toBe('ready');
  });

  it('waits on its socket while the server says that it does not serve', async () => {
    const stage = ConnectionStage.idle();
    stage.server.mood = 'loading';
    stage.driver.wake();
    await stage.travel(500);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['connecting', 'loading']);
    expect(stage.network.openedAt).toEqual([1_000]);
    stage.server.mood = 'serves';
    await stage.travel(100);
    expect([stage.connection.state, stage.network.openedAt.length]).toEqual(['ready', 1]);
  });

  it('is made with the credentials of the options, which the driver gets too', async () => {
    const stage = ConnectionStage.idle({
      connection: { credentials: { username: 'shop', password: 'secret' } },
    });
    stage.server.password = 'secret';
    stage.driver.wake();
    await stage.travel(20);
    expect(stage.connection.state).toBe('ready');
    expect(stage.server.ran.slice(0, 5)).toEqual(['auth', 'ping', 'info', 'client id', 'auth']);
    expect(stage.driver.options).toMatchObject({ username: 'shop', password: 'secret' });
  });

  it('speaks RESP2 where the server refuses HELLO', async () => {
    const stage = ConnectionStage.idle({ client: { protocol: 3 } });
    stage.server.refuses.set('hello', "ERR unknown command 'HELLO'");
    stage.driver.wake();
    await stage.travel(20);
    expect(stage.connection.state).toBe('ready');
    expect(stage.server.ran).toEqual([
      'hello',
      'ping',
      'info',
      'client id',
      'client setinfo',
      'client setinfo',
    ]);
  });

  it('speaks RESP3 where it may', async () => {
    const stage = await ConnectionStage.ready({ client: { protocol: 3 } });
    expect(stage.server.ran.filter((name) => name === 'hello')).toHaveLength(2);
    expect(stage.driver.speaksResp3()).toBe(true);
  });

  it('is given up when the driver does not end its own handshake, and made again', async () => {
    const stage = ConnectionStage.idle({ connection: { handshakeTimeoutMs: 400 } });
    stage.driver.wake();
    await stage.travel(4);
    expect(stage.driver.status).toBe('handshake');
    stage.server.freeze();
    await stage.travel(399);
    expect(stage.connection.cause).toBeUndefined();
    await stage.travel(1);
    expect([stage.connection.state, stage.connection.cause]).toEqual(['connecting', 'handshake-timeout']);
    stage.server.thaw();
    await stage.travel(300);
    expect(stage.connection.state).toBe('ready');
  });
});

describe('a driver that was connected before it was protected', () => {
  it('is taken over with its connection, which is watched', async () => {
    const stage = new ConnectionStage();
    await connected(stage);
    stage.protect();
    expect([stage.connection.state, stage.news.length]).toEqual(['ready', 0]);
    expect(stage.connection.wire.socket).toBe(stage.driver.socket);
    expect(stage.connection.wire.identity).toBeUndefined();
    stage.send('get', ['a']);
    await stage.travel(5);
    expect(stage.connection.wire.roundTrip.meanMs).toBe(2);
    stage.network.cutStanding();
    stage.send('get', ['a']);
    await stage.travel(700);
    expect([stage.connection.state, stage.told]).toEqual([
      'ready',
      ['silent', 'away', 'changed', 'verified', 'cleared', 'serving', 'changed'],
    ]);
  });

  it('is taken over while it connects, and serves when it is ready', async () => {
    const stage = new ConnectionStage();
    void stage.driver.connect();
    await stage.travel(2);
    stage.protect();
    expect([stage.driver.status, stage.connection.state]).toEqual(['handshake', 'connecting']);
    await stage.travel(10);
    expect([stage.connection.state, stage.told]).toEqual(['ready', ['cleared', 'serving', 'changed']]);
    stage.server.hangUp();
    await stage.travel(200);
    expect([stage.connection.state, stage.network.openedAt.length]).toEqual(['ready', 2]);
  });

  it('is taken over before it has a socket', async () => {
    const stage = new ConnectionStage();
    void stage.driver.connect();
    stage.protect();
    expect([stage.driver.status, stage.connection.state]).toEqual(['connecting', 'connecting']);
    await stage.travel(10);
    expect([stage.connection.state, stage.told]).toEqual(['ready', ['cleared', 'serving', 'changed']]);
    stage.send('get', ['a']);
    await stage.travel(5);
    expect(stage.connection.wire.roundTrip.meanMs).toBe(2);
  });

  it.each([0, 20])('may be closed, %i ms after it began to connect', async (ms) => {
    const stage = new ConnectionStage();
    void stage.driver.connect().catch(() => undefined);
    await stage.travel(ms);
    stage.protect();
    await stage.close();
    await stage.travel(5);
    expect([stage.connection.state, stage.driver.status]).toEqual(['ended', 'ended']);
    expect(stage.left).toEqual({ timers: 0, sockets: 0 });
  });

  it('may be closed in good order while it owes an answer', async () => {
    const stage = new ConnectionStage();
    await connected(stage);
    stage.protect();
    const sent = stage.send('get', ['a']);
    await stage.travel(0);
    stage.driver.disconnect();
    await stage.travel(5);
    expect([sent.outcome(), stage.connection.state]).toEqual([null, 'ended']);
  });

  it('is idle when it had ended before, and may be connected again', async () => {
    const stage = new ConnectionStage();
    await connected(stage);
    stage.driver.disconnect();
    await stage.travel(5);
    stage.protect();
    expect([stage.driver.status, stage.connection.state]).toEqual(['ended', 'idle']);
    void stage.driver.connect();
    await stage.travel(20);
    expect(stage.connection.state).toBe('ready');
  });

  it('is idle when it was never told to connect', async () => {
    const stage = ConnectionStage.idle();
    expect(stage.connection.state).toBe('idle');
    stage.driver.wake();
    await stage.travel(20);
    expect(stage.connection.state).toBe('ready');
  });
});

async function connected(stage: ConnectionStage): Promise<void> {
  void stage.driver.connect();
  await stage.travel(20);
}
