import type { Clock } from '../clock.ts';
import { ClockTimer, type Timed } from './clock-timer.ts';

/**
 * Calls a function at a given time. One alarm can serve many due times: the function checks which of them have come,
 * and sets the alarm again for the next. All alarms on a clock share its timers. An alarm that may fire early fires
 * together with another one, to wake the process less often.
 */
export class Alarm implements Timed {
  /** When the alarm fires; Infinity if it is not set. The queue of the shared timer writes this field. */
  dueAt = Infinity;
  duePlace = 0;
  earlyMs = 0;
  readonly #clock: Clock;
  readonly #onTime: () => void;
  #keepsAlive = false;

  constructor(clock: Clock, onTime: () => void) {
    this.#clock = clock;
    this.#onTime = onTime;
  }

  /**
   * Makes the alarm fire at `dueAt` at the latest; Infinity clears it.
   *
   * @param keepsAlive whether the timer keeps the process alive until then
   * @param earlyMs number of milliseconds by which the alarm may fire early, to share a wake-up with another alarm
   */
  set(dueAt: number, keepsAlive: boolean, earlyMs = 0): void {
    if (dueAt === Infinity) {
      this.clear();
      return;
    }
    if (this.dueAt <= dueAt && this.#keepsAlive === keepsAlive) return;
    this.clear();
    this.#keepsAlive = keepsAlive;
    this.earlyMs = earlyMs;
    ClockTimer.of(this.#clock, keepsAlive).add(this, dueAt);
  }

  clear(): void {
    if (this.dueAt === Infinity) return;
    this.dueAt = Infinity;
    ClockTimer.of(this.#clock, this.#keepsAlive).remove(this);
  }

  /** Called by the shared timer: clears the alarm and calls its callback. */
  fire(): void {
    if (this.dueAt === Infinity) return;
    this.clear();
    this.#onTime();
  }
}
