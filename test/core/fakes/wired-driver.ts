import { BackgroundClock } from './background-clock.ts';
import type { Target } from '../../../packages/core/src/handshake/establish.ts';
import { identityOf } from '../../../packages/core/src/handshake/identity.ts';
import type { Session } from '../../../packages/core/src/handshake/session.ts';
import { RoundTrip } from '../../../packages/core/src/socket/round-trip.ts';
import type { WireNewsKind } from '../../../packages/core/src/socket/wire-news.ts';
import { Wire } from '../../../packages/core/src/socket/wire.ts';
import { FakeDriver } from './fake-driver.ts';
import { FakeNetwork } from './fake-network.ts';
import { FakeServer } from './fake-server.ts';
import type { MemoryLink } from './memory-link.ts';
import { PlainConnector } from './plain-connector.ts';
import type { ServerClient } from './server-client.ts';
import { flushesOf, sendCall, type SentCall } from './tracked-call.ts';

export const maxReplyBytes = 1024 * 1024;

const noSession: Session = { database: 0, clientName: undefined, readOnly: false };

/** A connected driver whose socket is observed by core's `Wire`, without the other layers of core. */
export class WiredDriver {
  readonly clock = new BackgroundClock({ nowMs: 1_000 });
  readonly network = new FakeNetwork(this.clock.outside);
  readonly server = new FakeServer({ clock: this.clock.outside, network: this.network });
  readonly driver = new FakeDriver(this.clock, new PlainConnector(this.network.open, this.server));
  readonly events: WireNewsKind[] = [];
  onEvent: (event: WireNewsKind) => void = () => undefined;
  readonly wire: Wire;
  /** The address of a second connection: the same server. */
  readonly target: Target = {
    endpoint: () => Promise.resolve(this.server),
    open: this.network.open,
    credentials: undefined,
    credentialsTimeoutMs: 5_000,
    keepAliveMs: 0,
    wantsHello: () => false,
    session: () => noSession,
    requiresPrimary: false,
  };

  constructor(roundTrip = new RoundTrip(200, 2_000)) {
    const flushes = flushesOf(this.clock);
    this.wire = new Wire(this.driver, this.clock, roundTrip, flushes, maxReplyBytes, {
      onNews: ({ kind }) => {
        this.events.push(kind);
        this.onEvent(kind);
      },
    });
  }

  /** Creates a driver that is ready at 1,100 ms; the server has told it its run id. */
  static async ready(roundTrip?: RoundTrip): Promise<WiredDriver> {
    const wired = new WiredDriver(roundTrip);
    wired.driver.wake();
    await wired.travel(100);
    const { socket } = wired.driver;
    if (socket === undefined || wired.driver.status !== 'ready') throw new Error('The driver is not ready.');
    const info = { run_id: wired.server.runId };
    wired.wire.adopt(
      socket,
      identityOf({ clientId: '1', info, resp2: false, session: noSession, waiting: undefined }),
    );
    return wired;
  }

  /** The connection of the driver, from the server's point of view. */
  get client(): ServerClient {
    return this.server.clients[0] as ServerClient;
  }

  /** Its connection. */
  get link(): MemoryLink {
    return this.network.links[0] as MemoryLink;
  }

  async travel(ms: number): Promise<void> {
    await this.clock.travelAsync(ms);
  }

  /** Sends a call as core does; `blockingMs` is set for a command that asks the server to block. */
  send(name: string, args: readonly string[] = [], blockingMs?: number): SentCall {
    return sendCall(this.driver, this.wire, name, args, blockingMs);
  }
}
