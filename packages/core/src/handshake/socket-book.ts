import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { afterReads } from '../event-loop/after-reads.ts';
import { openSocket, type OpenSocket } from './open-socket.ts';

/**
 * Keeps every socket of one `RedisResilience`, from the start of connecting until the socket has closed: sockets in
 * use, sockets that are connecting, and sockets opened only for a probe. `close()` waits until all of these sockets
 * have closed.
 */
export class SocketBook {
  readonly #clock: Clock;
  readonly #sockets = new Set<Socket>();
  readonly #forget: (this: Socket) => void;

  constructor(clock: Clock) {
    this.#clock = clock;
    const sockets = this.#sockets;
    this.#forget = function () {
      sockets.delete(this);
    };
  }

  readonly open: OpenSocket = (endpoint, options) =>
    openSocket(endpoint, options, (socket) => this.#note(socket));

  /** Destroys all sockets, and resolves when all of them have closed. */
  async close(): Promise<void> {
    while (this.#sockets.size > 0) {
      await Promise.all([...this.#sockets].map(gone));
      // Code whose socket has closed may still open another socket, to find out why the first one closed.
      await new Promise<void>((resolve) => this.#clock.setImmediate(resolve));
    }
    // After a stall of the process, overdue deadlines are handled two turns of the event loop later, so `close` waits
    // for two turns, to leave no such deadline behind.
    await new Promise<void>((resolve) => afterReads(this.#clock, resolve));
  }

  #note(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', this.#forget);
  }
}

function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.destroy();
  });
}
