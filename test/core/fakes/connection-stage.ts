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
import type { MemoryLink } from './memory-link.ts';
import { PlainConnector } from './plain-connector.ts';
import type { ServerClient } from './server-client.ts';
import { flushesOf, sendCall, trackedCall, type SentCall } from './tracked-call.ts';

export interface StageOptions {
  readonly connection?: ConnectionOptions;
  /** The options of the client. */
  readonly client?: Readonly<Record<string, unknown>>;
  readonly onDead?: ConnectionParts['onDead'];
  readonly hearsBytes?: boolean;
  readonly random?: () => number;
}

/** One connection of a client to a server: all layers run in memory and on a manual clock. */
export class ConnectionStage {
  readonly clock = new BackgroundClock({ nowMs: 1_000 });
  readonly network = new FakeNetwork(this.clock.outside);
  readonly server = new FakeServer({ clock: this.clock.outside, network: this.network });
  readonly settings: Settings;
  readonly driver: FakeDriver;
  readonly dialer: Dialer;
  readonly target: Target;
  readonly source: Reconnector;
  readonly news: (ConnectionNews & { readonly at: number })[] = [];
  onNews: (news: ConnectionNews) => void = () => undefined;
  readonly reports: DialReport[] = [];
  readonly #onDead: ConnectionParts['onDead'];
  readonly #hearsBytes: boolean;
  #connection: Connection | undefined;

  constructor({
    connection = {},
    client = {},
    onDead = 'replace',
    hearsBytes = true,
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
      settings: this.settings,
      isWanted: true,
      onReport: (report) => this.reports.push(report),
    });
    this.#onDead = onDead;
    this.#hearsBytes = hearsBytes;
  }

  /** Creates a connection whose driver is under the control of core, but has not started to connect. */
  static idle(options?: StageOptions): ConnectionStage {
    const stage = new ConnectionStage(options);
    stage.protect();
    return stage;
  }

  /** Creates a connection that is ready. */
  static async ready(options?: StageOptions): Promise<ConnectionStage> {
    const stage = ConnectionStage.idle(options);
    stage.driver.wake();
    await stage.travel(20);
    if (stage.connection.state !== 'ready') throw new Error(`The connection is ${stage.connection.state}.`);
    stage.news.length = 0;
    stage.network.openedAt.length = 0;
    return stage;
  }

  get connection(): Connection {
    if (this.#connection === undefined) throw new Error('The driver is not protected yet.');
    return this.#connection;
  }

  /** The connection of the driver, from the server's point of view; only valid while the server has no other one. */
  get client(): ServerClient {
    return this.server.clients[0] as ServerClient;
  }

  /** Its connection. */
  get link(): MemoryLink {
    return this.network.links[0] as MemoryLink;
  }

  /** Advances the clock, and runs everything that is due. */
  async travel(ms: number): Promise<void> {
    await this.clock.travelAsync(ms);
  }

  /** Sends a call as core does; `blockingMs` is set for a command that asks the server to block. */
  send(name: string, args: readonly string[] = [], blockingMs?: number): SentCall {
    return sendCall(this.driver, this.connection.wire, name, args, blockingMs);
  }

  /** The kinds of the events so far, except those about sent or received bytes. */
  get told(): string[] {
    return this.news.map(({ kind }) => kind).filter((kind) => !kind.startsWith('bytes-'));
  }

  /** Returns how many milliseconds after `from` an event of this kind first occurred. */
  toldAfter(kind: ConnectionNews['kind'], from: number): number | undefined {
    const first = this.news.find((news) => news.kind === kind && news.at >= from);
    return first === undefined ? undefined : first.at - from;
  }

  /** Closes the client permanently, as the application does. */
  async close(): Promise<void> {
    this.driver.disconnect();
    this.connection.drop('closed');
    await this.travel(0);
  }

  /** Timers and sockets that are still there; a closed connection must leave none. */
  get left(): { readonly timers: number; readonly sockets: number } {
    return { timers: this.clock.pendingTimers, sockets: this.network.links.length };
  }

  /** Puts the driver under the control of core, whatever its current state is. */
  protect(): void {
    const { clock, driver, target, source, settings } = this;
    const onDead = this.#onDead;
    const hearsBytes = this.#hearsBytes;
    const client = { isInsideMulti: false };
    const parts = {
      driver,
      target,
      source,
      settings,
      flushes: flushesOf(clock),
      onDead,
      hearsBytes,
      client,
    };
    const connection = new Connection(parts, {
      onNews: (news) => {
        this.news.push({ ...news, at: clock.now() });
        this.onNews(news);
      },
    });
    this.#connection = connection;
    const gate: SendCommand = (command, ...rest) => {
      if (!driver.isHandshake(command)) trackedCall(connection.wire, command);
      return driver.send(command, ...rest);
    };
    driver.takeOver(gate, connection.connector);
    if (this.#onDead === 'replace') driver.takeOverRetries();
    driver.answerConnectBy(connection.connector);
  }
}
