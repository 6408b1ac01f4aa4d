import type { PoolParts } from './pool-parts.ts';

/** While only leases are in use, the shared connection, which says whether Redis serves, would hear nothing of it. */
export class MainPulse {
  readonly #main: PoolParts['main'];
  readonly #limitMs: number;
  #askedAt = -Infinity;

  constructor({ main, settings }: PoolParts) {
    this.#main = main;
    this.#limitMs = settings.connection.minStallMs;
  }

  /** Sends PING on the shared connection when nothing was heard of it for too long. */
  take(now: number): void {
    if (now - Math.max(this.#main.readAt ?? -Infinity, this.#askedAt) < this.#limitMs) return;
    this.#askedAt = now;
    this.#main.ping();
  }
}
