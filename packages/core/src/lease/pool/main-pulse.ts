import type { PoolParts } from './pool-parts.ts';

/**
 * The shared connection says whether Redis serves. While only leases are in use, it carries no commands, and would learn
 * of an outage late.
 */
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
