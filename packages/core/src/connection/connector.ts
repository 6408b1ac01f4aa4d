import type { Socket } from 'node:net';
import type { CauseCode } from '../cause.ts';
import type { Clock, TimerHandle } from '../clock.ts';
import type { DriverConnector } from '../driver/driver-connector.ts';
import type { Driver } from '../driver/driver.ts';
import type { Established } from '../handshake/establish.ts';
import { identityOf, type Identity } from '../stall/identity.ts';
import type { Redialer } from './redialer.ts';
import type { Wire } from '../socket/wire.ts';

export interface ConnectorListener {
  /** The driver asks for a socket. */
  onDial(): void;
  onAttemptFailed(cause: CauseCode): void;
  /** A proven socket is about to be the driver's. */
  onProven(established: Established): void;
  /** The driver's socket is gone; told before the driver itself gives up what was in flight. */
  onClosed(cause: CauseCode): void;
  /** Whether the connection serves: then a goodbye may be graceful. */
  isServing(): boolean;
}

export interface ConnectorOptions {
  readonly clock: Clock;
  readonly handshakeTimeoutMs: number;
}

const gracefulEndMs = 2000;

/** Gives ioredis its sockets: proven ones only, and for as long as it takes. */
export class Connector implements DriverConnector {
  readonly #driver: Driver;
  readonly #wire: Wire;
  readonly #redialer: Redialer;
  readonly #options: ConnectorOptions;
  readonly #listener: ConnectorListener;
  readonly #firstFailures = new Set<(error: Error) => void>();
  #standby: Established | undefined;
  #pending: { readonly reject: (error: Error) => void } | undefined;
  #handshakeTimer: TimerHandle | undefined;
  #lossCause: CauseCode | undefined;

  constructor(
    driver: Driver,
    wire: Wire,
    redialer: Redialer,
    options: ConnectorOptions,
    listener: ConnectorListener,
  ) {
    this.#driver = driver;
    this.#wire = wire;
    this.#redialer = redialer;
    this.#options = options;
    this.#listener = listener;
  }

  /** Resolves with a socket that is proven; rejects only when the client is closed. */
  connect(emit: (event: string, error: Error) => void): Promise<Socket> {
    this.#listener.onDial();
    this.#driver.keepDatabase();
    const standby = this.#standby;
    this.#standby = undefined;
    if (standby !== undefined && !standby.socket.destroyed) return Promise.resolve(this.#handOver(standby));
    return new Promise((resolve, reject) => {
      this.#pending = { reject };
      this.#redialer.start({
        onEstablished: (established) => {
          this.#pending = undefined;
          resolve(this.#handOver(established));
        },
        onFailed: (cause, error) => {
          this.#listener.onAttemptFailed(cause);
          emit('error', error);
          for (const reject of this.#firstFailures) reject(error);
          this.#firstFailures.clear();
        },
      });
    });
  }

  check(): boolean {
    return true;
  }

  /** The driver wants the connection gone: for good when the user said so, else to have it made anew. */
  disconnect(): void {
    const isForGood = this.#driver.isClosing;
    if (this.#pending === undefined) this.#endSocket(isForGood && this.#listener.isServing());
    else if (isForGood) this.#giveUp(this.#pending.reject);
    else this.#redialer.hurry();
  }

  /** Rejects at the first attempt that fails from now on; never settles otherwise. */
  firstFailure(): Promise<never> {
    return new Promise((_resolve, reject) => this.#firstFailures.add(reject));
  }

  /** Drops the socket for this reason, and dials. */
  drop(cause: CauseCode): void {
    if (this.#pending !== undefined && cause !== 'closed') this.#redialer.hurry();
    this.#lossCause = cause;
    this.#wire.socket?.destroy();
  }

  /** The next socket is this one, without dialing. */
  standBy(established: Established): void {
    this.#standby?.socket.destroy();
    this.#standby = established;
  }

  /** The driver is ready: on our socket, or on one it had before it was protected. */
  ready(): void {
    this.#clearHandshakeTimer();
    this.#firstFailures.clear();
    const socket = this.#driver.socket;
    if (socket !== undefined && this.#wire.socket !== socket) this.#adopt(socket, undefined);
  }

  /** The driver ended. */
  stop(): void {
    this.#clearHandshakeTimer();
    this.#redialer.stop();
    this.#standby?.socket.destroy();
    this.#standby = undefined;
  }

  #giveUp(reject: (error: Error) => void): void {
    this.#pending = undefined;
    this.#redialer.stop();
    this.#driver.forgetClosing();
    reject(new Error('Connection is closed.'));
  }

  #endSocket(isGraceful: boolean): void {
    const { socket } = this.#wire;
    if (socket === undefined || socket.destroyed) return;
    if (!isGraceful) {
      socket.destroy();
      return;
    }
    if (this.#driver.unansweredCount() === 0) {
      socket.destroySoon();
      return;
    }
    const timer = this.#options.clock.setTimeout(() => socket.destroy(), gracefulEndMs);
    socket.once('close', () => this.#options.clock.clearTimeout(timer));
    socket.end();
  }

  #handOver(established: Established): Socket {
    const { socket, proof, credentials } = established;
    if (credentials !== undefined) this.#driver.setCredentials(credentials);
    if (proof.resp2) this.#driver.speakResp2();
    this.#adopt(socket, identityOf(proof));
    this.#handshakeTimer = this.#options.clock.setTimeout(() => {
      this.#lossCause = 'handshake-timeout';
      socket.destroy();
    }, this.#options.handshakeTimeoutMs);
    this.#listener.onProven(established);
    return socket;
  }

  #adopt(socket: Socket, identity: Identity | undefined): void {
    this.#wire.adopt(socket, identity);
    this.#lossCause = undefined;
    socket.prependListener('close', () => this.#closed(socket));
    socket.on('error', ignore);
  }

  #closed(socket: Socket): void {
    if (socket !== this.#wire.socket) return;
    this.#clearHandshakeTimer();
    this.#redialer.lost();
    const ownCause = this.#driver.isClosing ? 'closed' : 'connection-reset';
    this.#listener.onClosed(this.#lossCause ?? ownCause);
  }

  #clearHandshakeTimer(): void {
    if (this.#handshakeTimer !== undefined) this.#options.clock.clearTimeout(this.#handshakeTimer);
    this.#handshakeTimer = undefined;
  }
}

function ignore(): void {
  // The close that follows tells; an error without a listener would end the process.
}
