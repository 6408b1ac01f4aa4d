import type { Clock } from '../clock.ts';

/** Number of consecutive rejections that are delivered in the next turn of the event loop, without a pause. */
const freeRefusals = 50;
const pauseMs = 10;
/** A rejected caller that issues its next call immediately does so within this number of microtasks. */
const stepsToAsk = 40;

/**
 * Delays the rejections of calls that are not even queued. The caller gets the error in the next turn of the event
 * loop: otherwise a caller that retries immediately would loop in microtasks, and no timer or socket would ever be
 * served. After many consecutive rejections the delay is longer, so that such a loop does not use a whole CPU.
 */
export class RefusalPace {
  readonly #clock: Clock;
  /** Number of consecutive rejections, if the code that is running now handles the last of them; otherwise 0. */
  #inARow = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Calls `tell`, which delivers the rejection, in a later turn of the event loop. Must be called in the same turn in
   * which the rejected call was issued.
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
