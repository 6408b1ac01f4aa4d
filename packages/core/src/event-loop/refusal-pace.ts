import type { Clock } from '../clock.ts';

/** Refusals in a row that are told in the next turn each. */
const freeRefusals = 50;
const pauseMs = 10;
/** Steps of promises within which a caller that was refused asks again, if it does so at once. */
const stepsToAsk = 40;

/**
 * Tells callers of refusals that are decided at once. Each is told in the next turn of the event loop: a caller that asks
 * again at once would otherwise go round in promises, and no timer and no socket would ever have its turn. One that was
 * refused many times in a row is told after a pause, so that its loop does not take the whole processor.
 */
export class RefusalPace {
  readonly #clock: Clock;
  /** How many refusals in a row led to what runs now. */
  #inARow = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `tell` later. To be called when the refusal is decided, in the turn in which its call was issued. */
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
