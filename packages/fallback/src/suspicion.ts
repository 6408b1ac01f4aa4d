import type { Clock } from '@redis-resilience/core';

const lastsMs = 500;

/**
 * After a call to Redis that was not answered in time, the next ones need not wait as long to learn the same: for half
 * a second Redis is taken to be away, so that one request never pays twice. An answer ends it.
 */
export class Suspicion {
  readonly #clock: Clock;
  #until = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOn(): boolean {
    return this.#clock.now() < this.#until;
  }

  begin(): void {
    this.#until = this.#clock.now() + lastsMs;
  }

  end(): void {
    this.#until = -Infinity;
  }
}
