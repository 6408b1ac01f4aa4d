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
  /** An array and not a set, because most instances have one socket, and a set takes 200 bytes. */
  #sockets: readonly Socket[] = none;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly open: OpenSocket = (endpoint, options) =>
    openSocket(endpoint, options, (socket) => this.#note(socket));

  /** Destroys all sockets, and resolves when all of them have closed. */
  async close(): Promise<void> {
    while (this.#sockets.length > 0) {
      await Promise.all(this.#sockets.map(gone));
      // Code whose socket has closed may still open another socket, to find out why the first one closed.
      await new Promise<void>((resolve) => this.#clock.setImmediate(resolve));
    }
    // After a stall of the process, overdue deadlines are handled two turns of the event loop later, so `close` waits
    // for two turns, to leave no such deadline behind.
    await new Promise<void>((resolve) => afterReads(this.#clock, resolve));
  }

  /** Call when a socket has closed. */
  forget(socket: Socket): void {
    this.#sockets = this.#sockets.filter((each) => each !== socket);
  }

  #note(socket: Socket): void {
    this.#sockets = this.#sockets.concat(socket);
    (socket as NotedSocket)[notedIn] = this;
    socket.on('close', forget);
  }
}

const none: readonly Socket[] = [];
const notedIn = Symbol('book');

interface NotedSocket extends Socket {
  [notedIn]: SocketBook;
}

// All sockets share this listener, because a closure for each of them would occupy more memory.
function forget(this: NotedSocket): void {
  this[notedIn].forget(this);
}

function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.destroy();
  });
}
