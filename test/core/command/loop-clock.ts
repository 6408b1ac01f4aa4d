import { ManualClock } from '@redis-resilience/testing';

/** A manual clock whose turns of the event loop are taken by hand. */
export class LoopClock extends ManualClock {
  #immediates: (() => void)[] = [];

  override setImmediate(callback: () => void): void {
    this.#immediates.push(callback);
  }

  turn(): void {
    for (const callback of this.#immediates.splice(0)) callback();
  }
}
