import type { Clock } from '../clock.ts';

/** Maximum number of calls that begin in one turn of the event loop. */
const perTurn = 200;

/**
 * Spreads the beginning of many simultaneous calls of `applyOnce` over several turns of the event loop, in the order of
 * the calls.
 */
export class OnceTurns {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #begun = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Returns undefined if the call may begin now; otherwise a promise that resolves in a later turn, when it may begin.
   */
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
