import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { openSocket, type OpenSocket } from './open-socket.ts';

/**
 * Every socket of one resilience, from its first SYN until it is gone: those in use, those being connected, and those
 * that only ask something. What is closed waits for all of them.
 */
export class SocketBook {
  readonly #clock: Clock;
  readonly #sockets = new Set<Socket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly open: OpenSocket = (endpoint, options) =>
    openSocket(endpoint, options, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });

  /** Destroys what is left. Resolves when no socket is there any more. */
  async close(): Promise<void> {
    while (this.#sockets.size > 0) {
      await Promise.all([...this.#sockets].map(gone));
      // Whoever learns of it may still ask why, over another one.
      await new Promise<void>((resolve) => this.#clock.setImmediate(resolve));
    }
  }
}

function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.destroy();
  });
}
