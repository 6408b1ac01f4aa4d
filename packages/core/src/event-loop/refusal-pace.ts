import type { Clock } from '../clock.ts';

/** After this many consecutive rejections, further ones are delayed by `pauseMs`. */
const freeRefusals = 50;
const pauseMs = 10;
/**
 * If no call follows a rejection within this number of microtasks, the next rejection does not count as consecutive. A
 * caller that retries immediately issues its next call within fewer microtasks.
 */
const stepsToAsk = 40;

/**
 * Delays the rejections of calls that are neither sent nor queued. The caller gets the error only in the next turn of
 * the event loop, because a caller that retries immediately would otherwise loop in microtasks, and no timer or socket
 * would ever be served. After many consecutive rejections, the delay is longer, so that a caller that retries in a loop
 * does not use a whole CPU.
 */
export class RefusalPace {
  readonly #clock: Clock;
  /**
   * Number of consecutive rejections. Only set for some microtasks after a rejection, in which the caller may retry;
   * otherwise 0.
   */
  #inARow = 0;

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
      this.#forgetAfter(stepsToAsk);
    };
    if (inARow <= freeRefusals) this.#clock.setImmediate(told);
    else this.#clock.setTimeout(told, pauseMs);
  }

  #forgetAfter(steps: number): void {
    if (steps === 0) this.#inARow = 0;
    else queueMicrotask(() => this.#forgetAfter(steps - 1));
  }
}
