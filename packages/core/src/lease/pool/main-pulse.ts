import type { PoolParts } from './pool-parts.ts';

/**
 * Checks the shared connection, which shows whether Redis is serving. While only leases are in use, the shared
 * connection carries no commands, and would reveal an outage late.
 */
export class MainPulse {
  readonly #main: PoolParts['main'];
  readonly #limitMs: number;
  #askedAt = -Infinity;

  constructor({ main, settings }: PoolParts) {
    this.#main = main;
    this.#limitMs = settings.connection.minStallMs;
  }

  /** Sends PING on the shared connection if nothing has been read from it for too long. */
  take(now: number): void {
    if (now - Math.max(this.#main.readAt ?? -Infinity, this.#askedAt) < this.#limitMs) return;
    this.#askedAt = now;
    this.#main.ping();
  }
}
