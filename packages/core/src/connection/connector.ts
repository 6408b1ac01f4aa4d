import type { Socket } from 'node:net';
import type { CauseCode } from '../cause.ts';
import type { TimerHandle } from '../clock.ts';
import type { DriverConnector, FirstFailure } from '../driver/driver-connector.ts';
import type { Driver } from '../driver/driver.ts';
import type { Settings } from '../options/settings.ts';
import type { VerifiedSocket } from '../handshake/establish.ts';
import type { Listener } from '../listener.ts';
import type { SocketClosed } from '../socket/socket-reads.ts';
import type { Wire } from '../socket/wire.ts';
import { identityOf, type Identity } from '../handshake/identity.ts';
import { isRepeatedError, type EmittedError } from '../observability/repeated-error.ts';
import { abandonSocket, endSocket, leaveSocket } from '../socket/parting.ts';
import type { ConnectorEvent } from './connection-news.ts';
import type { SocketSource, SourceEvent } from './socket-source.ts';
import type { Subscriptions } from './subscriptions.ts';
import { runSoon } from '../event-loop/soon.ts';

/** Supplies the driver with verified sockets. */
export class Connector implements DriverConnector, FirstFailure, Listener<SocketClosed> {
  readonly #driver: Driver;
  readonly #wire: Wire;
  readonly #source: SocketSource;
  readonly #subscriptions: Subscriptions;
  readonly #settings: Pick<Settings, 'clock' | 'connection'>;
  readonly #listener: Listener<ConnectorEvent>;
  #firstFailures: readonly ((error: Error) => void)[] | undefined;
  #standby: VerifiedSocket | undefined;
  #pending: { readonly reject: (error: Error) => void } | undefined;
  #handshakeTimer: TimerHandle | undefined;
  #lossCause: CauseCode | undefined;
  /** Listeners for `close` on the current socket that do not belong to the driver. */
  #ownListeners: readonly unknown[] = [];
  #readOnMs: number | undefined;
  /** The current socket, until its loss has been reported. A silent socket is reported as lost before it closes. */
  #standing: Socket | undefined;
  /** Whether the next socket is needed urgently, because the last socket was dropped. */
  #isHurried = false;
  #emitted: EmittedError | undefined;
  /** Whether the connection is serving, so that it may be closed gracefully. */
  isServing = false;

  constructor(
    driver: Driver,
    wire: Wire,
    source: SocketSource,
    subscriptions: Subscriptions,
    settings: Pick<Settings, 'clock' | 'connection'>,
    listener: Listener<ConnectorEvent>,
  ) {
    this.#driver = driver;
    this.#wire = wire;
    this.#source = source;
    this.#subscriptions = subscriptions;
    this.#settings = settings;
    this.#listener = listener;
  }

  /** Resolves with a verified socket. Rejects when the client is closed or the socket source gives up. */
  connect(emit: (event: string, error: Error) => void): Promise<Socket> {
    this.#listener.onNews({ kind: 'dial' });
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
      if (isHurried) this.#source.ticket?.hurry();
    });
  }

  check(): boolean {
    return true;
  }

  /**
   * Called when the driver ends the connection, because the client is being closed or because it wants to reconnect.
   */
  disconnect(): void {
    const isForGood = this.#driver.isClosing;
    const { socket } = this.#wire;
    if (isForGood && this.#pending !== undefined) this.#giveUp(this.#pending.reject);
    else if (isForGood) endSocket(socket, this.isServing, this.#driver, this.#settings.clock);
    else if (this.#pending !== undefined) this.#source.ticket?.hurry();
    else abandonSocket(socket, this.#driver);
  }

  firstFailure(): Promise<never> {
    return new Promise((_resolve, reject) => {
      this.#firstFailures = [...(this.#firstFailures ?? []), reject];
    });
  }

  /** Drops the socket for the given cause, and dials again. */
  drop(cause: CauseCode): void {
    if (this.#pending !== undefined && cause !== 'closed') this.#source.ticket?.hurry();
    // If the next socket is not being dialed yet, the urgency is remembered until the driver asks for this socket.
    this.#isHurried = this.#pending === undefined && cause !== 'closed';
    this.#lossCause = cause;
    const [readOnMs, { socket }] = [this.#readOnMs, this.#wire];
    this.#readOnMs = undefined;
    if (cause === 'closed') socket?.destroy();
    else if (readOnMs === undefined || socket === undefined) abandonSocket(socket, this.#driver);
    else {
      const left = { own: this.#ownListeners, onLeft: () => this.onNews({ kind: 'closed', socket }) };
      runSoon(() => leaveSocket(socket, readOnMs, this.#driver, this.#settings.clock, left));
    }
  }

  /**
   * Makes `verified` the driver's next socket; if undefined, the next socket is dialed. A silent current socket is
   * still read for `readOnMs`, because replies to commands that must not run twice may yet arrive.
   */
  standBy(verified: VerifiedSocket | undefined, readOnMs?: number): void {
    this.#standby?.socket.destroy();
    this.#standby = verified;
    this.#readOnMs = readOnMs;
  }

  /** Whether a verified socket is available before the driver has asked for one. */
  get hasStandby(): boolean {
    return this.#standby !== undefined;
  }

  /** Call when the driver has a socket: from `connect`, or opened by the driver itself before `protect` was called. */
  connected(): void {
    const { socket } = this.#driver;
    if (socket === undefined || socket.destroyed || socket === this.#wire.socket) return;
    socket.on('error', ignore);
    this.#adopt(socket, undefined);
    if (this.#driver.isClosing) socket.destroy();
  }

  /** Call when the driver has completed its own handshake. */
  ready(): void {
    this.#clearHandshakeTimer();
    this.#driver.proven(undefined);
    this.#firstFailures = undefined;
  }

  /** Call when the driver says that it has ended, which it may say when it already connects again. */
  stop(): void {
    this.standBy(undefined);
    if (this.#pending !== undefined) this.#listener.onNews({ kind: 'dial' });
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
        this.#listener.onNews({ kind: 'attempt-failed', cause: event.cause });
        if (this.#isWorthEmitting(event.cause)) emit('error', event.error);
        this.#tellFirst(event.error);
        return;
      case 'other-failed':
        this.#tellFirst(event.error);
        return;
      case 'gave-up':
        this.#pending = undefined;
        this.#listener.onNews({ kind: 'attempt-failed', cause: event.cause });
        reject(event.error);
        return;
      default:
        event satisfies never;
    }
  }

  #tellFirst(error: Error): void {
    for (const reject of this.#firstFailures ?? []) reject(error);
    this.#firstFailures = undefined;
  }

  #isWorthEmitting(cause: CauseCode): boolean {
    const next = { cause, at: this.#settings.clock.now() };
    if (isRepeatedError(this.#emitted, next)) return false;
    this.#emitted = next;
    return true;
  }

  // Whether the socket still fits the client, which may have selected another database since the socket was verified.
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
    this.#driver.proven({ credentials, isResp3, session: proof.session, info: proof.info });
    this.#adopt(socket, identityOf(proof));
    this.#handshakeTimer = this.#settings.clock.setTimeout(() => {
      this.#lossCause = 'handshake-timeout';
      socket.destroy();
    }, this.#settings.connection.handshakeTimeoutMs);
    this.#listener.onNews({ kind: 'verified', verified });
    return socket;
  }

  #adopt(socket: Socket, identity: Identity | undefined): void {
    // Closing is reported before the driver rejects the commands in flight, so that new commands wait.
    this.#wire.adopt(socket, identity, this);
    this.#standing = socket;
    this.#lossCause = undefined;
    this.#ownListeners = socket.rawListeners('close');
  }

  onNews({ socket }: SocketClosed): void {
    if (socket !== this.#standing || socket !== this.#wire.socket) return;
    this.#standing = undefined;
    this.#clearHandshakeTimer();
    const { isClosing } = this.#driver;
    // A connection that the application closed says nothing about the server.
    if (isClosing) this.#source.stop();
    else this.#source.ticket?.lost();
    const cause = this.#lossCause ?? (isClosing ? 'closed' : 'connection-reset');
    this.#listener.onNews({ kind: 'lost', cause });
  }

  #clearHandshakeTimer(): void {
    if (this.#handshakeTimer !== undefined) this.#settings.clock.clearTimeout(this.#handshakeTimer);
    this.#handshakeTimer = undefined;
  }
}

function ignore(): void {
  // An `error` event without a listener would crash the process; the `close` event that follows is handled instead.
}
