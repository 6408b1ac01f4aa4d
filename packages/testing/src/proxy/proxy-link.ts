import { Socket } from 'node:net';
import type { ProxyFaults } from './proxy-faults.ts';
import { ProxyDirection } from './proxy-direction.ts';
import { resetSocket } from './reset-socket.ts';

/** The address of the server. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * One connection through the proxy: the client's socket, the socket to the server, and the two directions between them.
 */
export class ProxyLink {
  readonly toServer: ProxyDirection;
  readonly toClient: ProxyDirection;
  readonly #client: Socket;
  readonly #server = new Socket({ allowHalfOpen: true });
  readonly #target: Endpoint;
  #dialed = false;
  #silent = false;

  /** `onGone` is called once both sockets are closed. */
  constructor(client: Socket, target: Endpoint, faults: ProxyFaults, onGone: () => void) {
    this.#client = client;
    this.#target = target;
    this.toServer = new ProxyDirection(client, this.#server, faults);
    this.toClient = new ProxyDirection(this.#server, client, faults);
    for (const socket of [client, this.#server]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', (failed) => {
        if (failed && !this.#silent) this.reset();
        if (client.destroyed && this.#server.destroyed) onGone();
      });
    }
  }

  /** Whether the client's socket is open. */
  get open(): boolean {
    return !this.#client.destroyed;
  }

  dial(): void {
    if (this.#dialed) return;
    this.#dialed = true;
    this.#server.connect(this.#target);
  }

  /** Stops forwarding: from now on, no bytes get through, and neither socket is closed, whatever either side does. */
  silence(): void {
    this.#silent = true;
    this.toServer.silence();
    this.toClient.silence();
  }

  /** Limits the rate of this connection alone; if undefined, the limit for all connections applies. */
  throttle(bytesPerSecond: number | undefined): void {
    this.toServer.bytesPerSecond = bytesPerSecond;
    this.toClient.bytesPerSecond = bytesPerSecond;
  }

  revive(): void {
    if (!this.#silent) return;
    this.#silent = false;
    const lostOneSide = this.#client.destroyed || this.#server.destroyed;
    if (lostOneSide) return this.reset();
    this.dial();
    this.toServer.revive();
    this.toClient.revive();
  }

  /** Sends RST to both sides. */
  reset(): void {
    this.#hush();
    resetSocket(this.#client);
    resetSocket(this.#server);
  }

  /**
   * Sends FIN to both sides, after the bytes that were already forwarded. Bytes that either side sends from now on are
   * dropped.
   */
  end(): void {
    this.#hush();
    for (const socket of [this.#client, this.#server]) {
      socket.resume();
      socket.end();
    }
  }

  #hush(): void {
    this.toServer.silence();
    this.toClient.silence();
  }
}
