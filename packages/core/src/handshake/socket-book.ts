import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { afterReads } from '../event-loop/after-reads.ts';
import { openSocket, type OpenSocket } from './open-socket.ts';

/**
 * Every socket of one resilience, from its SYN until it has closed: sockets in use, sockets that are connecting, and
 * those opened only for a probe. `close()` waits for all of them.
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

  /** Destroys all sockets. Resolves when none is left. */
  async close(): Promise<void> {
    while (this.#sockets.size > 0) {
      await Promise.all([...this.#sockets].map(gone));
      // Code that learns that its socket has closed may still open another one to find out why.
      await new Promise<void>((resolve) => this.#clock.setImmediate(resolve));
    }
    // After a stall of the process, overdue deadlines are handled two turns of the event loop later; waits for that,
    // too.
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
