import type { Clock, TimerHandle } from '../clock.ts';
import type { Entry } from './entry.ts';

/** The calls between two attempts. */
export class Pauses {
  readonly #clock: Clock;
  readonly #onOver: (entry: Entry) => void;
  readonly #timers = new Map<Entry, TimerHandle>();

  constructor(clock: Clock, onOver: (entry: Entry) => void) {
    this.#clock = clock;
    this.#onOver = onOver;
  }

  get length(): number {
    return this.#timers.size;
  }

  add(entry: Entry, delayMs: number): void {
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(entry);
      this.#onOver(entry);
    }, delayMs);
    this.#timers.set(entry, timer);
  }

  /** Ends all pauses without another attempt. */
  drain(take: (entry: Entry) => void): void {
    const pausing = [...this.#timers];
    this.#timers.clear();
    for (const [entry, timer] of pausing) {
      this.#clock.clearTimeout(timer);
      take(entry);
    }
  }
}
