import type { Clock } from '../clock.ts';

/** Number of calls that begin in one turn of the event loop. */
const perTurn = 200;

/** Lets a burst of calls of `applyOnce` begin in several turns of the event loop, in their order. */
export class OnceTurns {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #begun = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns a promise if the call has to begin in a later turn. */
  next(): Promise<void> | undefined {
    if (this.#begun === 0) this.#clock.setImmediate(this.#turn);
    if (this.#begun < perTurn) {
      this.#begun++;
      return undefined;
    }
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  readonly #turn = (): void => {
    const next = this.#waiting.slice(0, perTurn);
    this.#waiting = this.#waiting.slice(perTurn);
    this.#begun = next.length;
    if (next.length > 0) this.#clock.setImmediate(this.#turn);
    for (const begin of next) begin();
  };
}
