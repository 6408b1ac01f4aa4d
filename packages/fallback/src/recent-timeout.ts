import type { Clock } from '@redis-resilience/core';

const lastsMs = 500;

/**
 * Remembers for half a second that a call to Redis timed out. During the half second, further calls treat Redis as
 * unavailable and do not wait for it, so that a request waits only once for a server that does not reply.
 */
export class RecentTimeout {
  readonly #clock: Clock;
  #endsAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a call timed out within the last half second. */
  get isRecent(): boolean {
    return this.#clock.now() < this.#endsAt;
  }

  /** Records that a call to Redis has timed out. */
  record(): void {
    this.#endsAt = this.#clock.now() + lastsMs;
  }

  /** Records that Redis has replied. */
  clear(): void {
    this.#endsAt = -Infinity;
  }
}
