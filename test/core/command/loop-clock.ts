import { ManualClock } from '@redis-resilience/testing';

/** A manual clock on which the test runs `setImmediate` callbacks by calling `turn`. */
export class LoopClock extends ManualClock {
  #immediates: (() => void)[] = [];

  override setImmediate(callback: () => void): void {
    this.#immediates.push(callback);
  }

  turn(): void {
    for (const callback of this.#immediates.splice(0)) callback();
  }
}
