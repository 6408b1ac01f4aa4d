import { setImmediate as nextTurn } from 'node:timers/promises';
import { checkKnownOptions } from '@redis-resilience/core/protocol';

/** A timer of a {@link ManualClock}. A timer can only be passed to `clearTimeout`. */
export interface ManualTimer {
  ref(): this;
  unref(): this;
}

/** Start times of a {@link ManualClock}. */
export interface ManualClockOptions {
  /** First value of `now()`, monotonic milliseconds. @default 0 */
  readonly nowMs?: number;
  /** First value of `wallNow()`, milliseconds since the epoch. @default 2026-01-01T00:00:00Z */
  readonly wallMs?: number;
}

/**
 * A clock that stands still until the test advances it. Pass the clock to any `clock` option of Redis Resilience.
 * Timers fire only inside `travel` and `travelAsync`, in the order of their due times, and of their creation if the due
 * times are equal. While a timer fires, `now()` returns the timer's due time, unless the timer was overdue.
 *
 * @example
 * const clock = new ManualClock();
 * clock.setTimeout(() => console.log(clock.now()), 250);
 * clock.travel(1_000); // prints 250
 */
export class ManualClock {
  #now: number;
  #wall: number;
  #created = 0;
  readonly #timers = new Set<Timer>();
  #immediates: (() => void)[] = [];

  constructor(options: ManualClockOptions = {}) {
    checkKnownOptions('ManualClock', options, { nowMs: true, wallMs: true });
    this.#now = options.nowMs ?? 0;
    this.#wall = options.wallMs ?? Date.UTC(2026, 0, 1);
  }

  /** Monotonic milliseconds. */
  now(): number {
    return this.#now;
  }

  /** Milliseconds since the epoch. */
  wallNow(): number {
    return this.#wall;
  }

  /** Number of timers that have not fired yet. `setImmediate` callbacks do not count. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Due time of the timer that fires next, on the scale of `now()`; `undefined` if there are no timers. */
  get nextTimerAt(): number | undefined {
    return this.#next(Infinity)?.dueAt;
  }

  setTimeout(callback: () => void, delayMs: number): ManualTimer {
    const timer = new Timer(callback, this.#now + (delayMs > 0 ? delayMs : 0), this.#created++);
    this.#timers.add(timer);
    return timer;
  }

  /** Cancels a timer. Does nothing if the timer has fired, was cleared, or belongs to another clock. */
  clearTimeout(handle: object): void {
    this.#timers.delete(handle as Timer);
  }

  /**
   * Runs the callback at the start of the next call of `travel` or `travelAsync` (`travel(0)` is enough). If a timer's
   * callback calls `setImmediate`, the new callback runs right after that timer.
   */
  setImmediate(callback: () => void): void {
    this.#immediates.push(callback);
  }

  /**
   * Advances `now()` and `wallNow()` by `ms`, and fires the timers that fall due, including those that are created
   * meanwhile.
   */
  travel(ms: number): void {
    const target = this.#target(ms);
    this.#runImmediates();
    for (let fired = 0; this.#fireNext(target); fired++) refuseEndless(fired);
    this.#moveTo(target);
  }

  /**
   * Like `travel`, but before and after each timer, lets pending promise callbacks and one turn of the real event loop
   * run.
   */
  async travelAsync(ms: number): Promise<void> {
    const target = this.#target(ms);
    this.#runImmediates();
    await nextTurn();
    for (let fired = 0; this.#fireNext(target); fired++) {
      refuseEndless(fired);
      await nextTurn();
    }
    this.#moveTo(target);
    this.#runImmediates();
    await nextTurn();
  }

  /**
   * Advances `now()` and `wallNow()` without firing timers, as if the process had been frozen. Overdue timers fire in
   * the next call of `travel` or `travelAsync`.
   */
  jump(ms: number): void {
    this.#moveTo(this.#target(ms));
  }

  /** Changes only `wallNow()`, forward or back, as an operator or NTP may set a wall clock. Timers are not affected. */
  wallJump(ms: number): void {
    this.#wall += ms;
  }

  #target(ms: number): number {
    if (!(ms >= 0) || ms === Infinity)
      throw new RangeError(`Time cannot move by ${ms} ms: give a number >= 0`);
    return this.#now + ms;
  }

  #moveTo(time: number): void {
    if (time <= this.#now) return;
    this.#wall += time - this.#now;
    this.#now = time;
  }

  #fireNext(target: number): boolean {
    const timer = this.#next(target);
    if (!timer) return false;
    this.#timers.delete(timer);
    this.#moveTo(timer.dueAt);
    timer.callback();
    this.#runImmediates();
    return true;
  }

  #runImmediates(): void {
    for (let rounds = 0; this.#immediates.length > 0; rounds++) {
      refuseEndless(rounds);
      const due = this.#immediates;
      this.#immediates = [];
      for (const callback of due) callback();
    }
  }

  #next(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt <= until && (!first || timer.isBefore(first))) first = timer;
    }
    return first;
  }
}

class Timer implements ManualTimer {
  readonly callback: () => void;
  readonly dueAt: number;
  readonly #order: number;

  constructor(callback: () => void, dueAt: number, order: number) {
    this.callback = callback;
    this.dueAt = dueAt;
    this.#order = order;
  }

  isBefore(other: Timer): boolean {
    return this.dueAt === other.dueAt ? this.#order < other.#order : this.dueAt < other.dueAt;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

function refuseEndless(count: number): void {
  if (count > 1_000_000) throw new Error('A timer or immediate keeps arming itself without time passing');
}
