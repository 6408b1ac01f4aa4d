import { createRandom } from '@redis-resilience/testing';
import type { ConnectionNews } from '../../../packages/core/src/connection/connection-news.ts';
import type { ConnectionParts } from '../../../packages/core/src/connection/connection-parts.ts';
import { Connection } from '../../../packages/core/src/connection/connection.ts';
import { Reconnector } from '../../../packages/core/src/connection/reconnector.ts';
import { targetOf } from '../../../packages/core/src/connection/target-of.ts';
import type { DialReport } from '../../../packages/core/src/dialing/dial-request.ts';
import { Dialer } from '../../../packages/core/src/dialing/dialer.ts';
import type { SendCommand } from '../../../packages/core/src/driver/driver-command.ts';
import type { Target } from '../../../packages/core/src/handshake/establish.ts';
import type { ConnectionOptions } from '../../../packages/core/src/options/options.ts';
import { resolveSettings, type Settings } from '../../../packages/core/src/options/settings.ts';
import { BackgroundClock } from './background-clock.ts';
import { FakeDriver } from './fake-driver.ts';
import { FakeNetwork } from './fake-network.ts';
import { FakeServer } from './fake-server.ts';
import { PlainConnector } from './plain-connector.ts';
import { flushesOf, sendCall, trackedCall, type SentCall } from './tracked-call.ts';

export interface StageOptions {
  readonly connection?: ConnectionOptions;
  /** The options of the client. */
  readonly client?: Readonly<Record<string, unknown>>;
  readonly onDead?: ConnectionParts['onDead'];
  readonly random?: () => number;
}

/** One connection of one client to one server, with all between them in memory and on a manual clock. */
export class ConnectionStage {
  readonly clock = new BackgroundClock({ nowMs: 1_000 });
  readonly network = new FakeNetwork(this.clock);
  readonly server = new FakeServer({ clock: this.clock, network: this.network });
  readonly settings: Settings;
  readonly driver: FakeDriver;
  readonly dialer: Dialer;
  readonly target: Target;
  readonly source: Reconnector;
  readonly connection: Connection;
  readonly news: (ConnectionNews & { readonly at: number })[] = [];
  readonly reports: DialReport[] = [];

  constructor({
    connection = {},
    client = {},
    onDead = 'replace',
    random = createRandom(1),
  }: StageOptions = {}) {
    const { clock, network, server } = this;
    this.settings = resolveSettings({ clock, random, connection });
    const { minPeriodMs, maxPeriodMs, handshakeTimeoutMs, credentials } = this.settings.connection;
    const { host, port } = server;
    this.driver = new FakeDriver(clock, new PlainConnector(network.open, server), { host, port, ...client });
    this.dialer = new Dialer({ clock, random, minPeriodMs, maxPeriodMs, handshakeTimeoutMs });
    this.target = targetOf(this.driver, this.settings, { source: credentials }, network.open);
    this.source = new Reconnector(this.dialer, this.target, {
      clock,
      handshakeTimeoutMs,
      onReport: (report) => this.reports.push(report),
    });
    this.connection = this.protect(onDead);
  }

  /** A stage whose connection serves. */
  static async ready(options?: StageOptions): Promise<ConnectionStage> {
    const stage = new ConnectionStage(options);
    stage.driver.wake();
    await stage.travel(20);
    if (stage.connection.state !== 'ready') throw new Error(`The connection is ${stage.connection.state}.`);
    stage.news.length = 0;
    return stage;
  }

  /** Moves time on, and lets everything happen that is due. */
  async travel(ms: number): Promise<void> {
    await this.clock.travelAsync(ms);
  }

  /** Sends a call as a gate does; `blockingMs`: it asks the server to block. */
  send(name: string, args: readonly string[] = [], blockingMs?: number): SentCall {
    return sendCall(this.driver, this.connection.wire, name, args, blockingMs);
  }

  /** The kinds of the news, but for bytes that came and went. */
  get told(): string[] {
    return this.news.map(({ kind }) => kind).filter((kind) => !kind.startsWith('bytes-'));
  }

  /** When news of this kind was told first, in milliseconds from a moment on. */
  toldAfter(kind: ConnectionNews['kind'], from: number): number | undefined {
    const first = this.news.find((news) => news.kind === kind && news.at >= from);
    return first === undefined ? undefined : first.at - from;
  }

  /** Closes the client for good, as its user does. */
  async close(): Promise<void> {
    this.driver.disconnect();
    this.connection.drop('closed');
    await this.travel(10);
  }

  /** What a closed connection must not leave behind. */
  get left(): { readonly timers: number; readonly sockets: number } {
    return { timers: this.clock.pendingTimers, sockets: this.network.links.length };
  }

  private protect(onDead: ConnectionParts['onDead']): Connection {
    const { clock, driver, target, source, settings } = this;
    const parts = { driver, target, source, settings, flushes: flushesOf(clock), onDead };
    const connection = new Connection(parts, (news) => this.news.push({ ...news, at: clock.now() }));
    const gate: SendCommand = (command, ...rest) => {
      if (!driver.isHandshake(command)) trackedCall(connection.wire, command);
      return driver.send(command, ...rest);
    };
    driver.takeOver(gate, connection.connector);
    if (onDead === 'replace') driver.takeOverRetries();
    driver.answerConnectBy(() => connection.connector.firstFailure());
    return connection;
  }
}
