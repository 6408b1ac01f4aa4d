import type { Clock } from '../clock.ts';
import { ClockTimer, type Timed } from './clock-timer.ts';

/** An object that makes a check, called a look, from time to time. */
export interface Looks {
  look(): void;
}

/**
 * Makes an object perform its check (its look) at a given time. One alarm can serve many due times: the object checks
 * which of them have come, and sets the alarm again for the next. All alarms on one clock share the timers of that
 * clock. An alarm that may fire early fires together with another one, to wake the process less often.
 */
export class Alarm implements Timed {
  /** When the alarm fires; Infinity if it is not set. The queue of the shared timer writes this field. */
  dueAt = Infinity;
  duePlace = 0;
  earlyMs = 0;
  readonly #clock: Clock;
  readonly #looks: Looks;
  #keepsAlive = false;

  constructor(clock: Clock, looks: Looks) {
    this.#clock = clock;
    this.#looks = looks;
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

  /** Called by the shared timer: clears the alarm, and makes the object perform its check. */
  fire(): void {
    if (this.dueAt === Infinity) return;
    this.clear();
    this.#looks.look();
  }
}
