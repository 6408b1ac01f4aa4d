import type { Socket } from 'node:net';
import type { Clock } from '../../../packages/core/src/clock.ts';
import type { Endpoint, OpenOptions, OpenSocket } from '../../../packages/core/src/handshake/open-socket.ts';
import { MemoryLink } from './memory-link.ts';
import type { MemorySocket } from './memory-socket.ts';

/** A network in memory, on the clock of the test: it knows which addresses are open, and delivers or loses packets. */
export class FakeNetwork {
  /** Milliseconds that a packet takes; a change affects only connections that are opened later. */
  latencyMs = 1;
  /** The time of each attempt to open a connection, whether it succeeded or not. */
  readonly openedAt: number[] = [];
  readonly #clock: Clock;
  readonly #listeners = new Map<string, (socket: MemorySocket) => void>();
  readonly #unreachable = new Set<string>();
  readonly #links = new Set<MemoryLink>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Connections that the client has not closed, oldest first. */
  get links(): readonly MemoryLink[] {
    return [...this.#links];
  }

  listen(address: string, accept: (socket: MemorySocket) => void): void {
    this.#listeners.set(address, accept);
  }

  /** From now on, connections to this address are refused. */
  stopListening(address: string): void {
    this.#listeners.delete(address);
  }

  /**
   * Whether packets of new connections to this address arrive; if not, they are lost without an error.
   * Existing connections are not affected.
   */
  setReachable(address: string, isReachable: boolean): void {
    if (isReachable) this.#unreachable.delete(address);
    else this.#unreachable.add(address);
  }

  /** Makes all existing connections go dead without an error; new ones work. */
  cutStanding(): void {
    for (const link of this.#links) link.isCut = true;
  }

  /** Opens a connection in one round trip, as `openSocket` does. */
  readonly open: OpenSocket = (endpoint, options) => {
    this.openedAt.push(this.#clock.now());
    return new Promise((resolve, reject) => {
      const { signal } = options;
      const onAbort = (): void => {
        this.#clock.clearTimeout(timer);
        reject(signal.reason);
      };
      const timer = this.#clock.setTimeout(() => {
        if (this.#unreachable.has(addressOf(endpoint))) return;
        signal.removeEventListener('abort', onAbort);
        try {
          resolve(this.#connect(endpoint, options));
        } catch (error) {
          reject(error);
        }
      }, 2 * this.latencyMs);
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
      options.onResolved?.();
    });
  };

  #connect(endpoint: Endpoint, options: OpenOptions): Socket {
    const { host = 'localhost', port = 6379 } = endpoint;
    const accept = this.#listeners.get(addressOf(endpoint));
    if (accept === undefined)
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const link = new MemoryLink({ clock: this.#clock, latencyMs: this.latencyMs, host, port });
    this.#links.add(link);
    link.near.once('close', () => this.#links.delete(link));
    // As in `openSocket`, a reset that arrives while no code has a listener for `error` must not end the process.
    link.near.on('error', ignore);
    link.far.on('error', ignore);
    accept(link.far);
    options.onConnected?.();
    return link.near.asSocket;
  }
}

function addressOf({ host = 'localhost', port = 6379 }: Endpoint): string {
  return `${host}:${port}`;
}

function ignore(): void {
  // The close that follows tells.
}
