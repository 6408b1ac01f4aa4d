import type { Clock } from '@redis-resilience/core';

const lastsMs = 500;

/**
 * Remembers for half a second that a call to Redis was not answered in time. Calls made meanwhile treat Redis as away
 * and do not wait for it again, so that one request pays for a silent server once.
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

  /** A call timed out. */
  record(): void {
    this.#endsAt = this.#clock.now() + lastsMs;
  }

  /** A call was answered. */
  clear(): void {
    this.#endsAt = -Infinity;
  }
}
