import type { Clock } from '../clock.ts';
import { runNext, runSoon } from './soon.ts';

/** After this many consecutive rejections, further ones are delayed by `pauseMs`. */
const freeRefusals = 50;
const pauseMs = 10;

/**
 * Delays the rejections of calls that are neither sent nor queued. The caller gets the error only in the next turn of
 * the event loop, because a caller that retries immediately would otherwise loop in microtasks, and no timer or socket
 * would ever be served. After many consecutive rejections, the delay is longer, so that a caller that retries in a loop
 * does not use a whole CPU.
 */
export class RefusalPace {
  readonly #clock: Clock;
  /**
   * Number of consecutive rejections. Only set while the microtasks that follow a rejection are running, because a
   * caller that retries immediately issues its next call in one of them; otherwise 0.
   */
  #inARow = 0;
  readonly #forget = (): void => {
    this.#inARow = 0;
  };
  // A tick that is scheduled in a microtask runs after all microtasks, and before the next timer or immediate.
  readonly #forgetLater = (): void => runNext(this.#forget);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Calls `tell` in a later turn of the event loop, to deliver the rejection. Call this method in the turn in which the
   * rejected call was issued.
   */
  later(tell: () => void): void {
    const inARow = this.#inARow + 1;
    const told = (): void => {
      this.#inARow = inARow;
      tell();
      runSoon(this.#forgetLater);
    };
    if (inARow <= freeRefusals) this.#clock.setImmediate(told);
    else this.#clock.setTimeout(told, pauseMs);
  }
}
