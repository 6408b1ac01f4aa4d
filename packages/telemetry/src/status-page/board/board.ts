import type { Clock, RedisResilience, TimerHandle } from '@redis-resilience/core';
import type { PageState } from '../page-state.ts';
import { ConnectionBoard } from './connection-board.ts';

const sampleIntervalMs = 1000;
const gatherMs = 50;

/** Gathers what the page shows about all connections. */
export class Board {
  readonly connections: readonly ConnectionBoard[];
  readonly #clock: Clock;
  readonly #publish: () => void;
  #sampling: TimerHandle | undefined;
  #gathering: TimerHandle | undefined;

  /**
   * `publish` is called every second, and also 50 ms after a snapshot or the database in use changed, or a connection
   * attempt ended.
   */
  constructor(resiliences: readonly RedisResilience[], clock: Clock, publish: () => void) {
    this.#clock = clock;
    this.#publish = publish;
    this.connections = resiliences.map(
      (resilience) => new ConnectionBoard(resilience, clock, () => this.#gather()),
    );
    this.#startSampling();
  }

  state(): PageState {
    return { now: this.#clock.wallNow(), connections: this.connections.map((board) => board.picture()) };
  }

  close(): void {
    for (const timer of [this.#sampling, this.#gathering]) {
      if (timer !== undefined) this.#clock.clearTimeout(timer);
    }
    for (const board of this.connections) board.close();
  }

  #startSampling(): void {
    this.#sampling = this.#clock.setTimeout(() => {
      for (const board of this.connections) board.sample();
      this.#startSampling();
      this.#publish();
    }, sampleIntervalMs);
    this.#sampling.unref?.();
  }

  // Publishes once for all events within 50 ms, because an outage causes a burst of them.
  #gather(): void {
    if (this.#gathering !== undefined) return;
    this.#gathering = this.#clock.setTimeout(() => {
      this.#gathering = undefined;
      this.#publish();
    }, gatherMs);
    this.#gathering.unref?.();
  }
}
