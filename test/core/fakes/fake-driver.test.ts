import { ManualClock, waitFor } from '@redis-resilience/testing';
import * as ioredis6 from 'ioredis';
import * as ioredis5 from 'ioredis-5';
import { describe, expect, onTestFinished, it } from 'vitest';
import type { DriverConnector } from '../../../packages/core/src/driver/driver-connector.ts';
import type { Driver, DriverEvent } from '../../../packages/core/src/driver/driver.ts';
import { RedisDriver } from '../../../packages/core/src/ioredis/redis-driver.ts';
import { supportedProtocols } from '../../integration/stage/supported-protocols.ts';
import { FakeDriver } from './fake-driver.ts';
import { FakeNetwork } from './fake-network.ts';
import { FakeServer } from './fake-server.ts';
import { PlainConnector } from './plain-connector.ts';

/** A driver under test: the calls that an application makes, and the interface that core uses. */
interface Subject {
  readonly driver: Driver;
  connect(): Promise<void>;
  call(name: string, ...args: readonly string[]): Promise<unknown>;
}

type MakeSubject = (clock: ManualClock, own: DriverConnector, options: Record<string, unknown>) => Subject;

const ofIoredis =
  (ioredis: typeof ioredis6): MakeSubject =>
  (_clock, _own, options) => {
    const client = new ioredis.Redis({ lazyConnect: true, ...options });
    onTestFinished(() => client.disconnect());
    return {
      driver: new RedisDriver(client),
      connect: () => client.connect(),
      call: (name, ...args) => client.call(name, ...args),
    };
  };

const fake: MakeSubject = (clock, own, options) => {
  const driver = new FakeDriver(clock, own, options);
  return {
    driver,
    connect: () => driver.connect(),
    call: (name, ...args) => driver.call(name, ...args),
  };
};

/** One driver that core has taken over, connected to one server; it records all events in order. */
class Stage {
  readonly clock = new ManualClock();
  readonly network = new FakeNetwork(this.clock);
  readonly server = new FakeServer({ clock: this.clock, network: this.network });
  readonly subject: Subject;
  readonly trace: string[] = [];
  isRefusing = false;
  refusesHello = false;

  constructor(make: MakeSubject, options: Record<string, unknown> = {}) {
    const own = new PlainConnector(this.network.open, this.server);
    this.subject = make(this.clock, own, { protocol: 2, ...options });
    const { driver } = this.subject;
    for (const event of ['connect', 'ready', 'end'] satisfies DriverEvent[])
      driver.on(event, () => this.trace.push(`${event} (${driver.status})`));
    driver.takeOver((...given) => driver.send(...given), this.#connector(own));
  }

  /** Lets time pass until the condition is true. */
  async until(condition: () => boolean): Promise<void> {
    await waitFor(async () => {
      await this.clock.travelAsync(1);
      return condition();
    });
  }

  async untilStatus(status: Driver['status']): Promise<void> {
    await this.until(() => this.subject.driver.status === status);
    await this.clock.travelAsync(1);
  }

  /** Records how a call ended. */
  follow(name: string, call: Promise<unknown>): void {
    call.then(
      (value) => this.trace.push(`${name}: ${String(value)}`),
      () => this.trace.push(`${name} fails`),
    );
  }

  #connector(own: PlainConnector): DriverConnector {
    const { driver } = this.subject;
    return {
      connect: async () => {
        this.trace.push(`asks for a socket (${driver.status}, RESP3: ${driver.speaksResp3()})`);
        driver.keepDatabase();
        if (this.refusesHello) driver.speakResp2();
        if (this.isRefusing) throw new Error('There is none.');
        const socket = await own.connect();
        socket.prependListener('close', () =>
          this.trace.push(`socket closes (${driver.status}, ${driver.unansweredCount()} unanswered)`),
        );
        return socket;
      },
      disconnect: () => {
        this.trace.push(`is told to disconnect (${driver.status}, closing: ${driver.isClosing})`);
        driver.socket?.destroy();
      },
      check: () => true,
    };
  }
}

/**
 * The scenarios that run with both the fake driver and ioredis. Each scenario returns the state of the driver
 * at its end.
 */
const plays: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  async 'connects, is asked, and is closed'(stage) {
    const { driver, call } = stage.subject;
    const before = [driver.status, driver.speaksResp3()];
    driver.wake();
    stage.trace.push(driver.status);
    await stage.untilStatus('ready');
    stage.follow('set', call('set', 'a', '1'));
    stage.follow('get', call('get', 'a'));
    stage.follow('own question', driver.ask('get', ['a']));
    stage.trace.push(`${driver.unansweredCount()} unanswered, ${driver.oldestUnanswered()?.name} the oldest`);
    await stage.until(() => driver.unansweredCount() === 0);
    driver.disconnect();
    await stage.untilStatus('ended');
    stage.follow('get', call('get', 'a'));
    await stage.clock.travelAsync(1);
    return [...before, driver.isClosing];
  },
  async 'waits with a call until it is connected'(stage) {
    stage.follow('set', stage.subject.call('set', 'a', '1'));
    await stage.untilStatus('ready');
    await stage.until(() => stage.trace.includes('set: OK'));
  },
  async 'connects once when it was not taken over wholly'(stage) {
    const { driver, call } = stage.subject;
    (driver.options as Record<string, unknown>)['retryStrategy'] = null;
    driver.wake();
    await stage.untilStatus('ready');
    stage.server.freeze();
    stage.follow('get', call('get', 'a'));
    await stage.clock.travelAsync(1);
    stage.server.hangUp();
    await stage.untilStatus('ended');
  },
  async 'asks for the next socket at once when one is lost, and fails what was unanswered'(stage) {
    const { driver, call } = stage.subject;
    driver.takeOverRetries();
    driver.wake();
    await stage.untilStatus('ready');
    stage.server.freeze();
    stage.follow('get', call('get', 'a'));
    await stage.clock.travelAsync(1);
    stage.server.thaw();
    stage.server.hangUp();
    await stage.until(() => stage.trace.filter((line) => line.startsWith('ready')).length === 2);
    driver.disconnect();
    await stage.untilStatus('ended');
  },
  async 'is closed while it dials'(stage) {
    const { driver } = stage.subject;
    driver.takeOverRetries();
    stage.isRefusing = true;
    stage.follow('connect', stage.subject.connect());
    await stage.untilStatus('ended');
    stage.isRefusing = false;
    driver.forgetClosing();
    await stage.clock.travelAsync(1);
    stage.follow('connect', stage.subject.connect());
    await stage.untilStatus('ready');
    return driver.isClosing;
  },
  async 'is closed before it ever connected'(stage) {
    stage.subject.driver.disconnect();
    await stage.untilStatus('ended');
    return stage.subject.driver.isClosing;
  },
  async 'is closed between two attempts'(stage) {
    const { driver } = stage.subject;
    driver.takeOverRetries();
    driver.wake();
    await stage.untilStatus('ready');
    await new Promise<void>((resolve) => {
      driver.socket?.once('close', () => {
        stage.trace.push(driver.status);
        driver.disconnect();
        stage.trace.push(driver.status);
        resolve();
      });
      stage.server.hangUp();
      void stage.clock.travelAsync(5);
    });
    await stage.clock.travelAsync(1);
    return stage.trace;
  },
  async 'loses its socket in the handshake'(stage) {
    const { driver } = stage.subject;
    driver.takeOverRetries();
    stage.server.freeze();
    driver.wake();
    await stage.untilStatus('handshake');
    stage.trace.push(`${driver.unansweredCount()} unanswered`);
    stage.server.thaw();
    stage.server.hangUp();
    await stage.untilStatus('ready');
  },
  async 'is given a socket that is gone'(stage) {
    const { driver } = stage.subject;
    driver.takeOverRetries();
    driver.wake();
    await stage.until(() => stage.network.links.length === 1);
    await stage.untilStatus('ready');
  },
  async 'restores the database in its handshake'(stage) {
    const { driver, call } = stage.subject;
    driver.takeOverRetries();
    driver.wake();
    await stage.untilStatus('ready');
    stage.follow('select', call('select', '3'));
    await stage.until(() => driver.unansweredCount() === 0);
    stage.server.hangUp();
    await stage.until(() => stage.trace.filter((line) => line.startsWith('ready')).length === 2);
    return stage.server.clients.map(({ database }) => database);
  },
  async 'opens with the credentials it was given'(stage) {
    const { driver } = stage.subject;
    stage.server.password = 'secret';
    driver.setCredentials({ username: undefined, password: 'secret' });
    driver.wake();
    await stage.untilStatus('ready');
    stage.follow('authenticate', driver.authenticate({ username: 'default', password: 'secret' }));
    stage.follow('ping', driver.ping());
    await stage.until(() => driver.unansweredCount() === 0);
    return [stage.server.ran, driver.speaksResp3()];
  },
  async 'speaks RESP2 with a peer that refuses HELLO'(stage) {
    const { driver } = stage.subject;
    stage.refusesHello = true;
    driver.wake();
    await stage.untilStatus('ready');
    return [stage.server.ran, driver.speaksResp3()];
  },
  async 'tells what it listens to, on a connection and after its loss'(stage) {
    const { driver, call } = stage.subject;
    driver.takeOverRetries();
    const ended: unknown[] = [];
    driver.onUnsubscribe({ onNews: ({ kind, channels }) => ended.push([kind, channels]) });
    driver.wake();
    await stage.untilStatus('ready');
    stage.follow('subscribe', call('subscribe', 'a', 'b'));
    stage.follow('psubscribe', call('psubscribe', 'p*'));
    await stage.until(() => driver.unansweredCount() === 0);
    const seen: unknown[] = [driver.subscriptions()];
    stage.follow('unsubscribe', call('unsubscribe', 'b'));
    await stage.until(() => driver.unansweredCount() === 0);
    seen.push(driver.subscriptions());
    stage.isRefusing = true;
    driver.socket?.prependListener('close', () => seen.push(driver.subscriptions()));
    stage.server.hangUp();
    await stage.untilStatus('ended');
    return [seen, ended];
  },
};

// ioredis 5.6 becomes ready before its handshake has replies, so the fake driver does not imitate that version.
const settings = [
  { version: '5.11', protocol: 2, make: ofIoredis(ioredis5 as unknown as typeof ioredis6) },
  ...supportedProtocols
    .filter(() => supportedProtocols.length > 1)
    .map((protocol) => ({ version: '6', protocol, make: ofIoredis(ioredis6) })),
];

describe.each(settings)(
  'the driver in memory, like ioredis $version in RESP$protocol,',
  ({ make, protocol }) => {
    it.each(Object.entries(plays))('%s', async (_name, play) => {
      const [own, model] = [new Stage(fake, { protocol }), new Stage(make, { protocol })];
      const shown = await play(own);
      expect([await play(model), model.trace]).toEqual([shown, own.trace]);
    });
  },
);
