import type { Socket } from 'node:net';
import type { DriverConnector } from '../../../packages/core/src/driver/driver-connector.ts';
import type { Endpoint, OpenSocket } from '../../../packages/core/src/handshake/open-socket.ts';

/**
 * The connector that a client has before core takes it over: it opens a socket, but does not check that the
 * server replies.
 */
export class PlainConnector implements DriverConnector {
  readonly #open: OpenSocket;
  readonly #endpoint: Endpoint;
  #socket: Socket | undefined;

  constructor(open: OpenSocket, endpoint: Endpoint) {
    this.#open = open;
    this.#endpoint = endpoint;
  }

  async connect(): Promise<Socket> {
    const { signal } = new AbortController();
    this.#socket = await this.#open(this.#endpoint, { signal, keepAliveMs: 0 });
    return this.#socket;
  }

  disconnect(): void {
    this.#socket?.end();
  }

  check(): boolean {
    return true;
  }
}
