import type { Clock, TimerHandle } from '../clock.ts';
import type { Call } from './call.ts';

/** The calls between two sends. */
export class Pauses {
  readonly #clock: Clock;
  readonly #onOver: (call: Call) => void;
  readonly #timers = new Map<Call, TimerHandle>();

  constructor(clock: Clock, onOver: (call: Call) => void) {
    this.#clock = clock;
    this.#onOver = onOver;
  }

  get length(): number {
    return this.#timers.size;
  }

  add(call: Call, delayMs: number): void {
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(call);
      this.#onOver(call);
    }, delayMs);
    this.#timers.set(call, timer);
  }

  /** Ends all pauses without another attempt. */
  drain(take: (call: Call) => void): void {
    const pausing = [...this.#timers];
    this.#timers.clear();
    for (const [call, timer] of pausing) {
      this.#clock.clearTimeout(timer);
      take(call);
    }
  }
}
