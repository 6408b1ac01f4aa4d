import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { CauseCode } from '../../../packages/core/src/cause.ts';
import type { Clock } from '../../../packages/core/src/clock.ts';
import type { ConnectorEvent } from '../../../packages/core/src/connection/connection-news.ts';
import { Connector } from '../../../packages/core/src/connection/connector.ts';
import type { SocketSource, SourceEvent } from '../../../packages/core/src/connection/socket-source.ts';
import { Subscriptions } from '../../../packages/core/src/connection/subscriptions.ts';
import type { DialPriority } from '../../../packages/core/src/dialing/dial-request.ts';
import {
  establish,
  EstablishError,
  type VerifiedSocket,
} from '../../../packages/core/src/handshake/establish.ts';
import { resolveSettings, type Settings } from '../../../packages/core/src/options/settings.ts';
import { WiredDriver } from '../fakes/wired-driver.ts';

/** A source of sockets whose events the test determines, and which records its calls. */
class ScriptedSource implements SocketSource {
  readonly told: string[] = [];
  give: (event: SourceEvent) => void = () => undefined;

  start(priority: DialPriority, tell: (event: SourceEvent) => void): void {
    this.told.push(`start ${priority}`);
    this.give = tell;
  }

  stop(): void {
    this.told.push('stop');
  }

  get dialer(): never {
    throw new Error('Nobody dials here.');
  }

  readonly ticket = {
    cancel: (): void => undefined,
    lost: () => void this.told.push('lost'),
    hurry: () => void this.told.push('hurry'),
    nextAttemptMs: () => undefined,
  };
}

function settingsWith(clock: Clock): Pick<Settings, 'clock' | 'connection'> {
  return { clock, connection: { ...resolveSettings({}).connection, handshakeTimeoutMs: 400 } };
}

class Stage {
  readonly wired = new WiredDriver();
  readonly source = new ScriptedSource();
  readonly events: ConnectorEvent[] = [];
  /** The failures of attempts that the driver was told about. */
  readonly emitted: (readonly [event: string, message: string])[] = [];
  readonly connector: Connector;

  constructor() {
    const { driver, wire, clock } = this.wired;
    const subscriptions = new Subscriptions(driver, clock, 5_000, { onNews: () => undefined });
    this.connector = new Connector(driver, wire, this.source, subscriptions, settingsWith(clock), {
      onNews: (event) => this.events.push(event),
    });
    driver.takeOver(driver.send, {
      connect: (emit) =>
        this.connector.connect((event, error) => {
          this.emitted.push([event, error.message]);
          emit(event, error);
        }),
      disconnect: () => this.connector.disconnect(),
      check: () => this.connector.check(),
    });
    driver.takeOverRetries();
    driver.on('connect', () => this.connector.connected());
    driver.on('ready', () => this.connector.ready());
    driver.on('end', () => this.connector.stop());
  }

  /** A driver that asks for a socket. */
  static async begun(): Promise<Stage> {
    const stage = new Stage();
    stage.wired.driver.wake();
    await stage.wired.travel(0);
    return stage;
  }

  /** A driver that has received its socket and is ready. */
  static async ready(): Promise<Stage> {
    const stage = new Stage();
    stage.wired.driver.wake();
    stage.source.give({ kind: 'verified', verified: await stage.verified() });
    await stage.wired.travel(10);
    if (stage.wired.driver.status !== 'ready') throw new Error('The driver is not ready.');
    stage.connector.isServing = true;
    stage.source.told.length = 0;
    stage.events.length = 0;
    return stage;
  }

  /** Establishes another connection to the server, and completes its handshake. */
  async verified(): Promise<VerifiedSocket> {
    const establishing = establish(this.wired.target, this.wired.clock, new AbortController().signal);
    await this.wired.travel(10);
    return establishing;
  }

  get kinds(): string[] {
    return this.events.map((event) => ('cause' in event ? `${event.kind} ${event.cause}` : event.kind));
  }
}

describe('a driver that asks for a socket', () => {
  it('gets the first one that its source verified', async () => {
    const stage = await Stage.begun();
    const { wired, source, events, connector } = stage;
    expect([source.told, stage.kinds]).toEqual([['start command'], ['dial']]);
    const verified = await stage.verified();
    source.give({ kind: 'verified', verified });
    await wired.travel(10);
    expect(wired.driver.socket).toBe(verified.socket);
    expect(events.at(-1)).toEqual({ kind: 'verified', verified });
    expect(wired.wire.identity).toEqual({ clientId: '1', runId: wired.server.runId });
    expect(connector.check()).toBe(true);
  });

  it('is told of the attempts that failed before', async () => {
    const stage = await Stage.begun();
    const { source, emitted } = stage;
    source.give({ kind: 'failed', cause: 'dns', error: new Error('no such host') });
    source.give({ kind: 'failed', cause: 'tls', error: new Error('no TLS there') });
    expect(stage.kinds).toEqual(['dial', 'attempt-failed dns', 'attempt-failed tls']);
    expect(emitted).toEqual([
      ['error', 'no such host'],
      ['error', 'no TLS there'],
    ]);
  });

  it('is told at once of each new cause, of the same one every ten seconds, and of the first after a success', async () => {
    const stage = await Stage.begun();
    const { wired, source, emitted } = stage;
    const fail = (cause: CauseCode): void =>
      source.give({ kind: 'failed', cause, error: new Error(`${cause} at ${wired.clock.now()}`) });
    const startedAt = wired.clock.now();
    fail('dns');
    await wired.travel(9_999);
    fail('dns');
    await wired.travel(1);
    fail('dns');
    fail('tls');
    fail('dns');
    const [first, later] = [startedAt, startedAt + 10_000];
    expect(emitted.map(([, text]) => text)).toEqual([
      `dns at ${first}`,
      `dns at ${later}`,
      `tls at ${later}`,
      `dns at ${later}`,
    ]);
    emitted.length = 0;
    source.give({ kind: 'verified', verified: await stage.verified() });
    await wired.travel(10);
    wired.server.hangUp();
    await wired.travel(10);
    fail('dns');
    expect(emitted).toHaveLength(1);
  });

  it('keeps the database that it had selected', async () => {
    const { wired, source } = await Stage.ready();
    wired.send('select', ['3']);
    await wired.travel(5);
    wired.server.hangUp();
    await wired.travel(5);
    expect(source.told).toEqual(['lost', 'start command']);
    expect(wired.driver.database).toBe(3);
  });

  it('takes the database of its options again when the one that it had selected is refused', async () => {
    const { wired, source } = await Stage.begun();
    wired.driver.leadTo({}, 7);
    source.give({ kind: 'failed', cause: 'dns', error: new Error('no such host') });
    expect(wired.driver.database).toBe(7);
    source.give({ kind: 'failed', cause: 'database', error: new Error('no such database') });
    expect(wired.driver.database).toBe(0);
  });

  it('is told of the first failure of another request to the same endpoint, and goes on waiting', async () => {
    const stage = await Stage.begun();
    const failure = stage.connector.firstFailure().catch((error: unknown) => error);
    stage.source.give({ kind: 'other-failed', error: new Error('refused') });
    expect(await failure).toEqual(new Error('refused'));
    expect([stage.kinds, stage.emitted]).toEqual([['dial'], []]);
  });

  it('gets none where its source gave up, and may ask again', async () => {
    const stage = await Stage.begun();
    const { wired, source, connector } = stage;
    source.give({
      kind: 'gave-up',
      cause: 'connection-refused',
      error: new EstablishError('connection-refused', undefined),
    });
    await wired.travel(1);
    expect([stage.kinds, wired.driver.status]).toEqual([
      ['dial', 'attempt-failed connection-refused'],
      'ended',
    ]);
    source.told.length = 0;
    connector.drop('stalled');
    expect(source.told).toEqual([]);
    void wired.driver.connect().catch(() => undefined);
    expect(source.told).toEqual(['start command', 'hurry']);
    source.give({ kind: 'verified', verified: await stage.verified() });
    await wired.travel(10);
    source.told.length = 0;
    wired.server.hangUp();
    await wired.travel(10);
    expect(source.told).toEqual(['lost', 'start command']);
  });

  it('that listens, or did before, is served after those that commands wait for', async () => {
    const { wired, source } = await Stage.ready();
    wired.send('subscribe', ['news']);
    await wired.travel(5);
    wired.server.hangUp();
    await wired.travel(5);
    expect(source.told).toEqual(['lost', 'start subscriber']);
  });

  it('gets a socket that stands by, without any source, and once', async () => {
    const stage = await Stage.ready();
    const { wired, source, connector } = stage;
    const [first, second] = [await stage.verified(), await stage.verified()];
    connector.standBy(first);
    connector.standBy(second);
    expect([first.socket.destroyed, second.socket.destroyed]).toEqual([true, false]);
    connector.drop('stalled');
    await wired.travel(10);
    expect([source.told, wired.driver.socket === second.socket]).toEqual([['lost'], true]);
    expect(stage.kinds).toEqual(['lost stalled', 'dial', 'verified']);
    connector.drop('stalled');
    await wired.travel(10);
    expect(source.told).toEqual(['lost', 'lost', 'start command', 'hurry']);
  });

  it('gets no socket that stood by and broke', async () => {
    const stage = await Stage.ready();
    const { wired, source, connector } = stage;
    connector.standBy(await stage.verified());
    wired.server.clients[1]?.socket.resetAndDestroy();
    await wired.travel(5);
    connector.drop('stalled');
    await wired.travel(10);
    expect(source.told).toEqual(['lost', 'start command', 'hurry']);
  });

  it('is told what was proved of a socket before it gets it', async () => {
    const stage = await Stage.begun();
    const { wired, source } = stage;
    const proven: unknown[] = [];
    Object.assign(wired.driver, { proven: (what: unknown) => proven.push([what, wired.wire.socket]) });
    const credentials = { username: 'shop', password: 'secret' };
    const verified = await stage.verified();
    source.give({ kind: 'verified', verified: { ...verified, credentials } });
    const { session, info } = verified.proof;
    expect(proven).toEqual([[{ credentials, isResp3: false, session, info }, undefined]]);
    await wired.travel(10);
    expect([wired.driver.status, proven.at(-1)]).toEqual(['ready', [undefined, verified.socket]]);
  });

  it.each([
    ['that has refused HELLO', true, 1],
    ['that knows HELLO', false, 0],
  ])('speaks RESP2 only with a server %s', async (_which, resp2, times) => {
    const stage = await Stage.begun();
    let spoken = 0;
    Object.assign(stage.wired.driver, { speakResp2: () => void spoken++ });
    const verified = await stage.verified();
    stage.source.give({ kind: 'verified', verified: { ...verified, proof: { ...verified.proof, resp2 } } });
    expect(spoken).toBe(times);
  });

  it('gets its own credentials to open with, or those of the proof', async () => {
    const stage = new Stage();
    const { wired, source } = stage;
    wired.driver.wake();
    const verified = await stage.verified();
    source.give({ kind: 'verified', verified });
    await wired.travel(10);
    expect(wired.driver.options).not.toHaveProperty('password');
    wired.server.hangUp();
    await wired.travel(10);
    const credentials = { username: 'shop', password: 'secret' };
    source.give({ kind: 'verified', verified: { ...(await stage.verified()), credentials } });
    expect(wired.driver.options).toMatchObject(credentials);
  });
});

it('a socket that is left behind, and closes while the next one is made, is lost once', async () => {
  const stage = await Stage.ready();
  const { wired, source, connector } = stage;
  const left: unknown[] = [];
  const leaveBehind = (socket: Socket, own: readonly unknown[], onLeft: () => void): boolean => {
    left.push(
      socket,
      own.length > 0 && own.every((each) => socket.rawListeners('close').includes(each as never)),
    );
    onLeft();
    return true;
  };
  Object.assign(wired.driver, { leaveBehind });
  const { socket } = wired.driver;
  connector.standBy(undefined, 500);
  connector.drop('stalled');
  await wired.travel(0);
  expect(left).toEqual([socket, true]);
  connector.connect(() => undefined).catch(() => undefined);
  wired.server.hangUp();
  await wired.travel(5);
  expect(source.told.filter((each) => each === 'lost')).toEqual(['lost']);
  expect(stage.kinds.filter((each) => each.startsWith('lost'))).toEqual(['lost stalled']);
});

describe('a socket that is dropped', () => {
  it.each([
    ['stalled', 'left behind, because its replies may still arrive', 1],
    ['closed', 'closed at once', 0],
  ] as const)('while it is silent (%s) is %s', async (cause, _what, count) => {
    const { wired, connector } = await Stage.ready();
    let left = 0;
    Object.assign(wired.driver, { leaveBehind: () => ++left > 0 });
    connector.standBy(undefined, 500);
    connector.drop(cause);
    await wired.travel(0);
    expect([left, wired.driver.socket?.destroyed]).toEqual([count, count === 0]);
  });

  it('is left behind once: the next one is not silent', async () => {
    const stage = await Stage.ready();
    const { wired, source, connector } = stage;
    const left: unknown[] = [];
    const leaveBehind = (socket: Socket): boolean => {
      left.push(socket);
      socket.destroy();
      return true;
    };
    Object.assign(wired.driver, { leaveBehind });
    connector.standBy(undefined, 500);
    connector.drop('stalled');
    await wired.travel(1);
    source.give({ kind: 'verified', verified: await stage.verified() });
    await wired.travel(10);
    connector.drop('read-only');
    await wired.travel(1);
    expect(left).toHaveLength(1);
  });

  it.each([
    ['stalled', 'reset: the server must not run them any more', 'ECONNRESET'],
    ['closed', 'closed', undefined],
  ] as const)('with commands (%s) is %s', async (cause, _what, code) => {
    const { wired, connector } = await Stage.ready();
    const errors: unknown[] = [];
    const { socket } = wired.client;
    socket.on('error', (error) => errors.push((error as NodeJS.ErrnoException).code));
    wired.server.freeze();
    wired.send('incr', ['a']);
    await wired.travel(1);
    connector.drop(cause);
    await wired.travel(5);
    expect(errors).toEqual(code === undefined ? [] : [code]);
  });

  it.each([
    ['closed', ['start command']],
    ['stalled', ['start command', 'hurry']],
  ] as const)('%s, and asked for again, has its source hurry or not', async (cause, told) => {
    const { wired, source, connector } = await Stage.ready();
    connector.drop(cause);
    await wired.travel(5);
    expect(source.told).toEqual(['lost', ...told]);
  });

  it('while its source is asked has it hurry now, and not the next time', async () => {
    const stage = await Stage.begun();
    const { wired, source, connector } = stage;
    connector.drop('stalled');
    expect(source.told).toEqual(['start command', 'hurry']);
    source.give({ kind: 'verified', verified: await stage.verified() });
    await wired.travel(10);
    source.told.length = 0;
    wired.server.hangUp();
    await wired.travel(5);
    expect(source.told).toEqual(['lost', 'start command']);
  });
});

describe('a socket that is dropped while the next one is made', () => {
  it('has its source hurry, unless it is closed', async () => {
    const { source, connector } = await Stage.begun();
    connector.drop('closed');
    expect(source.told).toEqual(['start command']);
    connector.drop('read-only');
    expect(source.told).toEqual(['start command', 'hurry']);
  });
});

describe('a caller who awaits the first failure', () => {
  it('is answered by it, and by no other', async () => {
    const { source, connector } = await Stage.begun();
    const failures: string[] = [];
    const note = (failure: Promise<never>): void =>
      void failure.catch((error: unknown) => failures.push((error as Error).message));
    note(connector.firstFailure());
    source.give({ kind: 'failed', cause: 'dns', error: new Error('one') });
    note(connector.firstFailure());
    source.give({ kind: 'failed', cause: 'dns', error: new Error('two') });
    await Promise.resolve();
    expect(failures).toEqual(['one', 'two']);
  });

  it('is not answered by what happens after the connection was ready', async () => {
    const stage = await Stage.begun();
    let isAnswered = false;
    stage.connector.firstFailure().catch(() => {
      isAnswered = true;
    });
    stage.source.give({ kind: 'verified', verified: await stage.verified() });
    await stage.wired.travel(10);
    stage.wired.server.hangUp();
    await stage.wired.travel(10);
    stage.source.give({ kind: 'failed', cause: 'dns', error: new Error('later') });
    await stage.wired.travel(1);
    expect(isAnswered).toBe(false);
  });
});

describe('a driver that is told to disconnect', () => {
  it('while it waits for a socket gets none, and may connect again', async () => {
    const { wired, source, connector } = await Stage.begun();
    wired.driver.disconnect();
    await wired.travel(1);
    expect([source.told, wired.driver.status, wired.driver.isClosing]).toEqual([
      ['start command', 'stop'],
      'ended',
      false,
    ]);
    connector.drop('stalled');
    expect(source.told).toEqual(['start command', 'stop']);
  });

  it('to come back at once has its source hurry', async () => {
    const { wired, source, connector } = await Stage.begun();
    connector.disconnect();
    await wired.travel(1);
    expect([source.told, wired.driver.status]).toEqual([['start command', 'hurry'], 'connecting']);
  });

  it('on a socket that serves, and owes nothing, closes it after its last bytes', async () => {
    const stage = await Stage.ready();
    const { wired, source } = stage;
    wired.driver.socket?.write('*1\r\n$4\r\nPING\r\n');
    wired.driver.disconnect();
    expect(wired.driver.socket?.destroyed).toBe(false);
    await wired.travel(0);
    expect([wired.driver.socket?.destroyed, wired.driver.status]).toEqual([true, 'ended']);
    await wired.travel(5);
    expect(wired.server.ran.at(-1)).toBe('ping');
    expect([source.told, stage.events]).toEqual([['stop'], [{ kind: 'lost', cause: 'closed' }]]);
  });

  it('on a socket that owes an answer waits for it, two seconds at most', async () => {
    const { wired } = await Stage.ready();
    wired.server.freeze();
    wired.send('get', ['a']);
    await wired.travel(5);
    wired.driver.disconnect();
    await wired.travel(1_999);
    expect(wired.driver.socket?.destroyed).toBe(false);
    await wired.travel(1);
    expect([wired.driver.status, wired.clock.pendingTimers]).toEqual(['ended', 0]);
  });

  it('on a socket that closes in time leaves no timer', async () => {
    const { wired } = await Stage.ready();
    wired.send('get', ['a']);
    await wired.travel(0);
    wired.driver.disconnect();
    await wired.travel(5);
    expect([wired.driver.status, wired.clock.pendingTimers]).toEqual(['ended', 0]);
  });

  it('on a socket that does not serve, or to come back, closes it at once', async () => {
    for (const isServing of [false, true]) {
      const { wired, connector } = await Stage.ready();
      wired.server.freeze();
      wired.send('get', ['a']);
      await wired.travel(5);
      connector.isServing = isServing;
      if (isServing) connector.disconnect();
      else wired.driver.disconnect();
      expect(wired.network.links[0]?.near.destroyed).toBe(true);
      await wired.travel(1);
      expect(wired.driver.status).toBe(isServing ? 'connecting' : 'ended');
    }
  });

  it('twice, or without a socket, does nothing more', async () => {
    const { wired, connector } = await Stage.ready();
    wired.driver.disconnect();
    await wired.travel(1);
    wired.driver.isClosing = true;
    connector.disconnect();
    expect(wired.clock.pendingTimers).toBe(0);
    new Stage().connector.disconnect();
  });
});

describe('a socket that closes', () => {
  it('while the driver opens it leaves no timer, and does not spoil the next one', async () => {
    const stage = new Stage();
    const { wired, source } = stage;
    wired.driver.wake();
    source.give({ kind: 'verified', verified: await stage.verified() });
    wired.server.freeze();
    await wired.travel(100);
    expect([wired.driver.status, wired.clock.pendingTimers]).toEqual(['handshake', 1]);
    wired.server.thaw();
    wired.server.hangUp();
    await wired.travel(5);
    expect(wired.clock.pendingTimers).toBe(0);
    source.give({ kind: 'verified', verified: await stage.verified() });
    await wired.travel(500);
    wired.server.hangUp();
    await wired.travel(5);
    expect(stage.kinds.at(-2)).toBe('lost connection-reset');
  });

  it('because the driver did not open it in time has that cause', async () => {
    const stage = new Stage();
    const { wired, source } = stage;
    wired.driver.wake();
    source.give({ kind: 'verified', verified: await stage.verified() });
    wired.server.freeze();
    await wired.travel(400);
    expect(stage.kinds.slice(0, 3)).toEqual(['dial', 'verified', 'lost handshake-timeout']);
  });

  it('after another one took its place is nobody’s business', async () => {
    const stage = await Stage.ready();
    const { wired } = stage;
    const { socket } = await stage.verified();
    wired.wire.adopt(socket, undefined);
    wired.driver.socket?.destroy();
    await wired.travel(1);
    expect(stage.kinds).toEqual(['dial']);
  });

  it('with an error ends no process', async () => {
    const stage = await Stage.begun();
    const verified = await stage.verified();
    stage.source.give({ kind: 'verified', verified });
    expect(verified.socket.listenerCount('error')).toBeGreaterThan(0);
  });
});

describe('a driver that began to connect before it was protected', () => {
  it('has its socket adopted as soon as it has one, without an identity', async () => {
    const wired = new WiredDriver();
    void wired.driver.connect();
    const { connector, wire } = lateStage(wired);
    await wired.travel(2);
    connector.connected();
    expect([wire.socket === wired.driver.socket, wire.identity]).toEqual([true, undefined]);
    expect(wired.driver.socket?.destroyed).toBe(false);
  });

  it('and was closed meanwhile has it destroyed', async () => {
    const wired = new WiredDriver();
    void wired.driver.connect().catch(() => undefined);
    const { connector } = lateStage(wired);
    wired.driver.isClosing = true;
    await wired.travel(2);
    connector.connected();
    await wired.travel(1);
    expect([wired.driver.status, wired.network.links]).toEqual(['ended', []]);
  });

  it('and whose socket is gone, or not there yet, has none adopted', async () => {
    const wired = new WiredDriver();
    const { connector, wire } = lateStage(wired);
    connector.connected();
    expect(wire.socket).toBeUndefined();
    void wired.driver.connect().catch(() => undefined);
    await wired.travel(2);
    wired.driver.socket?.destroy();
    connector.connected();
    expect(wire.socket).toBeUndefined();
  });

  it('may lose a socket of its own with an error, which nobody needs to handle', async () => {
    const wired = new WiredDriver();
    const { connector, wire } = lateStage(wired);
    void wired.driver.connect().catch(() => undefined);
    await wired.travel(10);
    const socket = wired.driver.socket as Socket;
    socket.removeAllListeners('error');
    connector.connected();
    expect(() => socket.emit('error', new Error('reset'))).not.toThrow();
    expect(wire.socket).toBe(socket);
  });
});

function lateStage(wired: WiredDriver): {
  readonly connector: Connector;
  readonly wire: WiredDriver['wire'];
} {
  const { driver, wire, clock } = wired;
  const subscriptions = new Subscriptions(driver, clock, 5_000, { onNews: () => undefined });
  const connector = new Connector(driver, wire, new ScriptedSource(), subscriptions, settingsWith(clock), {
    onNews: () => undefined,
  });
  return { connector, wire };
}
