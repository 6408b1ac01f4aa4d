import type { Clock, RedisResilience, TimerHandle } from '@redis-resilience/core';
import type { PageState } from '../page-state.ts';
import { ConnectionBoard } from './connection-board.ts';

const tickMs = 1000;
const gatherMs = 50;

/** Everything the page shows, and when it is to be shown anew: each second, and soon after something happened. */
export class Board {
  readonly connections: readonly ConnectionBoard[];
  readonly #clock: Clock;
  readonly #show: (state: PageState) => void;
  #tick: TimerHandle | undefined;
  #soon: TimerHandle | undefined;
  #isWatched = false;

  /** `show`: called only between {@link watch} and {@link unwatch}. */
  constructor(resiliences: readonly RedisResilience[], clock: Clock, show: (state: PageState) => void) {
    this.#clock = clock;
    this.#show = show;
    this.connections = resiliences.map(
      (resilience) => new ConnectionBoard(resilience, clock, () => this.#showSoon()),
    );
    this.#startTick();
  }

  state(): PageState {
    return { now: this.#clock.wallNow(), connections: this.connections.map((board) => board.picture()) };
  }

  /** Somebody looks. */
  watch(): void {
    this.#isWatched = true;
  }

  /** Nobody looks any more. */
  unwatch(): void {
    this.#isWatched = false;
  }

  close(): void {
    this.unwatch();
    for (const timer of [this.#tick, this.#soon]) if (timer !== undefined) this.#clock.clearTimeout(timer);
    for (const board of this.connections) board.close();
  }

  #startTick(): void {
    this.#tick = this.#clock.setTimeout(() => {
      for (const board of this.connections) board.sample();
      this.#startTick();
      if (this.#isWatched) this.#show(this.state());
    }, tickMs);
    this.#tick.unref?.();
  }

  // Several things happen at once when Redis goes away: one message tells them.
  #showSoon(): void {
    if (!this.#isWatched || this.#soon !== undefined) return;
    this.#soon = this.#clock.setTimeout(() => {
      this.#soon = undefined;
      if (this.#isWatched) this.#show(this.state());
    }, gatherMs);
    this.#soon.unref?.();
  }
}
