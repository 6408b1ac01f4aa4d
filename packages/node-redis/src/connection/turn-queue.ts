import { runSoon } from '@redis-resilience/core/kit';

/** Commands that will be sent, in order, in a microtask after the code that is running now. */
export class TurnQueue {
  #waiting: (() => void)[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(send: () => void): void {
    if (this.#waiting.push(send) > 1) return;
    runSoon(() => {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const each of waiting) each();
    });
  }
}
