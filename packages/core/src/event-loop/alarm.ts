import type { Clock } from '../clock.ts';
import { ClockTimer, type Timed } from './clock-timer.ts';

/**
 * One alarm for many due times. It may fire early, so the callback has to check what is due and set the alarm again. All
 * alarms of a clock share its timers, and those that may be early fire together.
 */
export class Alarm implements Timed {
  /** When the alarm fires; Infinity if it is not set. Written by the queue that the alarm is in. */
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
