import type { Socket } from 'node:net';
import type { CauseCode } from '../cause.ts';
import type { Clock, TimerHandle } from '../clock.ts';
import type { DriverConnector } from '../driver/driver-connector.ts';
import type { Driver } from '../driver/driver.ts';
import type { VerifiedSocket } from '../handshake/establish.ts';
import type { Wire } from '../socket/wire.ts';
import { identityOf, type Identity } from '../handshake/identity.ts';
import { endSocket, leaveSocket } from '../socket/parting.ts';
import type { SocketSource, SourceEvent } from './socket-source.ts';
import type { Subscriptions } from './subscriptions.ts';

/** What happens to the sockets that the driver asks for. */
export type ConnectorEvent =
  /** The driver asks for a socket. */
  | { readonly kind: 'dial' }
  | { readonly kind: 'attempt-failed'; readonly cause: CauseCode }
  /** A verified socket is about to be given to the driver. */
  | { readonly kind: 'verified'; readonly verified: VerifiedSocket }
  /** The driver's socket has closed. Reported before the driver itself fails the commands in flight. */
  | { readonly kind: 'lost'; readonly cause: CauseCode };

/** The driver's `error` event: at once for a new cause, and for the same one again no sooner than this. */
const repeatErrorAfterMs = 10_000;

/** Gives a driver its sockets: verified ones only. */
export class Connector implements DriverConnector {
  readonly #driver: Driver;
  readonly #wire: Wire;
  readonly #source: SocketSource;
  readonly #subscriptions: Subscriptions;
  readonly #clock: Clock;
  readonly #handshakeTimeoutMs: number;
  readonly #tell: (event: ConnectorEvent) => void;
  readonly #firstFailures = new Set<(error: Error) => void>();
  #standby: VerifiedSocket | undefined;
  #pending: { readonly reject: (error: Error) => void } | undefined;
  #handshakeTimer: TimerHandle | undefined;
  #lossCause: CauseCode | undefined;
  /** Listeners for the close of the present socket that are not the driver's. */
  #ownListeners: ReadonlySet<unknown> = new Set();
  #readOnMs: number | undefined;
  /** The next socket is wanted soon. */
  #isHurried = false;
  #emitted: { readonly cause: CauseCode; readonly at: number } | undefined;
  /** Whether the connection serves, so that it may be closed gracefully. */
  isServing = false;

  constructor(
    driver: Driver,
    wire: Wire,
    source: SocketSource,
    subscriptions: Subscriptions,
    clock: Clock,
    handshakeTimeoutMs: number,
    tell: (event: ConnectorEvent) => void,
  ) {
    this.#driver = driver;
    this.#wire = wire;
    this.#source = source;
    this.#subscriptions = subscriptions;
    this.#clock = clock;
    this.#handshakeTimeoutMs = handshakeTimeoutMs;
    this.#tell = tell;
  }

  /** Resolves with a verified socket; rejects when the client is closed, or its source gives up. */
  connect(emit: (event: string, error: Error) => void): Promise<Socket> {
    this.#tell({ kind: 'dial' });
    this.#driver.keepDatabase();
    const [standby, isHurried] = [this.#standby, this.#isHurried];
    this.#standby = undefined;
    this.#isHurried = false;
    if (standby !== undefined && this.#holds(standby)) return Promise.resolve(this.#handOver(standby));
    standby?.socket.destroy();
    return new Promise((resolve, reject) => {
      this.#pending = { reject };
      this.#source.start(this.#subscriptions.isActive ? 'subscriber' : 'command', (event) =>
        this.#follow(event, emit, resolve, reject),
      );
      if (isHurried) this.#source.hurry();
    });
  }

  check(): boolean {
    return true;
  }

  /** The driver ends the connection: for good if its user closed the client, otherwise to reconnect. */
  disconnect(): void {
    const isForGood = this.#driver.isClosing;
    if (this.#pending === undefined)
      endSocket(this.#wire.socket, isForGood && this.isServing, this.#driver, this.#clock);
    else if (isForGood) this.#giveUp(this.#pending.reject);
    else this.#source.hurry();
  }

  /** Rejects at the first attempt that fails from now on; never settles otherwise. */
  firstFailure(): Promise<never> {
    return new Promise((_resolve, reject) => this.#firstFailures.add(reject));
  }

  /** Drops the socket for this cause, and dials. */
  drop(cause: CauseCode): void {
    if (this.#pending !== undefined && cause !== 'closed') this.#source.hurry();
    // Until the driver asks for the next socket, nothing is dialed that could be hurried.
    this.#isHurried = this.#pending === undefined && cause !== 'closed';
    this.#lossCause = cause;
    const [readOnMs, { socket }] = [this.#readOnMs, this.#wire];
    this.#readOnMs = undefined;
    if (readOnMs === undefined || socket === undefined) socket?.destroy();
    else {
      const left = { own: this.#ownListeners, onLeft: () => this.#closed(socket) };
      queueMicrotask(() => leaveSocket(socket, readOnMs, this.#driver, this.#clock, left));
    }
  }

  /**
   * Makes this the next socket, without dialing. With `readOnMs`, the present socket is silent, and is read on for so long
   * where it carries commands that must not run twice: their answers may still come.
   */
  standBy(verified: VerifiedSocket, readOnMs?: number): void {
    this.#standby?.socket.destroy();
    this.#standby = verified;
    this.#readOnMs = readOnMs;
  }

  /** The driver has a socket: one of ours, or one that it began to open before it was protected. */
  connected(): void {
    const { socket } = this.#driver;
    if (socket === undefined || socket.destroyed || socket === this.#wire.socket) return;
    this.#adopt(socket, undefined);
    if (this.#driver.isClosing) socket.destroy();
  }

  /** The driver has ended its own handshake. */
  ready(): void {
    this.#clearHandshakeTimer();
    this.#firstFailures.clear();
  }

  /** The driver ended. */
  stop(): void {
    this.#standby?.socket.destroy();
    this.#standby = undefined;
  }

  #follow(
    event: SourceEvent,
    emit: (event: string, error: Error) => void,
    resolve: (socket: Socket) => void,
    reject: (error: Error) => void,
  ): void {
    switch (event.kind) {
      case 'verified':
        this.#pending = undefined;
        this.#emitted = undefined;
        resolve(this.#handOver(event.verified));
        return;
      case 'failed':
        if (event.cause === 'database') this.#driver.refuseDatabase();
        this.#tell({ kind: 'attempt-failed', cause: event.cause });
        if (this.#isWorthEmitting(event.cause)) emit('error', event.error);
        this.#tellFirst(event.error);
        return;
      case 'other-failed':
        this.#tellFirst(event.error);
        return;
      case 'gave-up':
        this.#pending = undefined;
        this.#tell({ kind: 'attempt-failed', cause: event.cause });
        reject(event.error);
        return;
      default:
        event satisfies never;
    }
  }

  #tellFirst(error: Error): void {
    for (const reject of this.#firstFailures) reject(error);
    this.#firstFailures.clear();
  }

  #isWorthEmitting(cause: CauseCode): boolean {
    const at = this.#clock.now();
    const isRepeated = this.#emitted?.cause === cause && at - this.#emitted.at < repeatErrorAfterMs;
    if (!isRepeated) this.#emitted = { cause, at };
    return !isRepeated;
  }

  // Another database may have been selected since it was verified.
  #holds({ socket, proof }: VerifiedSocket): boolean {
    return !socket.destroyed && proof.session.database === this.#driver.database;
  }

  #giveUp(reject: (error: Error) => void): void {
    this.#pending = undefined;
    this.#source.stop();
    this.#driver.forgetClosing();
    reject(new Error('Connection is closed.'));
  }

  #handOver(verified: VerifiedSocket): Socket {
    const { socket, proof, credentials } = verified;
    if (credentials !== undefined) this.#driver.setCredentials(credentials);
    if (proof.resp2) this.#driver.speakResp2();
    const isResp3 = this.#driver.speaksResp3();
    this.#driver.proven({ credentials, isResp3, session: proof.session });
    this.#adopt(socket, identityOf(proof));
    this.#handshakeTimer = this.#clock.setTimeout(() => {
      this.#lossCause = 'handshake-timeout';
      socket.destroy();
    }, this.#handshakeTimeoutMs);
    this.#tell({ kind: 'verified', verified });
    return socket;
  }

  #adopt(socket: Socket, identity: Identity | undefined): void {
    this.#wire.adopt(socket, identity);
    this.#lossCause = undefined;
    // Before the driver's own listener: the gate must be held when the driver fails the commands in flight.
    socket.prependListener('close', () => this.#closed(socket));
    socket.on('error', ignore);
    this.#ownListeners = new Set(socket.rawListeners('close'));
  }

  #closed(socket: Socket): void {
    if (socket !== this.#wire.socket) return;
    this.#clearHandshakeTimer();
    const { isClosing } = this.#driver;
    // A connection that its user closed says nothing about the server.
    if (isClosing) this.#source.stop();
    else this.#source.lost();
    this.#tell({ kind: 'lost', cause: this.#lossCause ?? (isClosing ? 'closed' : 'connection-reset') });
  }

  #clearHandshakeTimer(): void {
    if (this.#handshakeTimer !== undefined) this.#clock.clearTimeout(this.#handshakeTimer);
  }
}

function ignore(): void {
  // The close that follows is noticed. Without a listener, the error would end the process.
}
