import type { Clock, TimerHandle } from '../clock.ts';
import { afterRunning } from '../event-loop/after-running.ts';

/** The timer of a dialer, which is set for the next attempt. */
export class DialTimer {
  readonly #clock: Clock;
  readonly #onTime: () => void;
  #timer: TimerHandle | undefined;
  #stopWaiting: (() => void) | undefined;
  #dueAt: number | undefined;
  #isBeside = false;

  constructor(clock: Clock, onTime: () => void) {
    this.#clock = clock;
    this.#onTime = onTime;
  }

  /**
   * Sets the timer for `dueAt`; if that is undefined, clears it. If an attempt is running (`isBeside`), the next one is
   * made because that one takes long. Time for which the process stood still then does not count.
   */
  set(dueAt: number | undefined, isBeside: boolean): void {
    if (dueAt === this.#dueAt && isBeside === this.#isBeside && this.#isSet) return;
    this.clear();
    if (dueAt === undefined) return;
    this.#dueAt = dueAt;
    this.#isBeside = isBeside;
    const delayMs = Math.max(0, dueAt - this.#clock.now());
    if (isBeside) this.#stopWaiting = afterRunning(this.#clock, delayMs, this.#onTime, { isRough: true });
    else this.#timer = this.#clock.setTimeout(this.#onTime, delayMs);
  }

  get #isSet(): boolean {
    return this.#timer !== undefined || this.#stopWaiting !== undefined;
  }

  clear(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }
}
