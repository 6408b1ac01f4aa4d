import type { Clock, TimerHandle } from '../clock.ts';

/** The timer of a dialer, which is set for the next attempt. */
export class DialTimer {
  readonly #clock: Clock;
  readonly #onTime: () => void;
  #timer: TimerHandle | undefined;
  #dueAt: number | undefined;

  constructor(clock: Clock, onTime: () => void) {
    this.#clock = clock;
    this.#onTime = onTime;
  }

  /** Sets the timer for `dueAt`; if that is undefined, clears it. */
  set(dueAt: number | undefined): void {
    if (this.#timer !== undefined && dueAt === this.#dueAt) return;
    this.clear();
    if (dueAt === undefined) return;
    this.#dueAt = dueAt;
    this.#timer = this.#clock.setTimeout(this.#onTime, Math.max(0, dueAt - this.#clock.now()));
  }

  clear(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
