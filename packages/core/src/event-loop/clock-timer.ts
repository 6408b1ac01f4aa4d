import type { Clock, TimerHandle } from '../clock.ts';
import { DueQueue, type Due } from './due-queue.ts';

/**
 * Node's timers count whole milliseconds, so they may fire a little early: an item that is due within this time counts
 * as due.
 */
const roundingMs = 0.5;
/** The longest delay of a timer: with a longer delay, Node would fire the timer immediately. */
const longestDelayMs = 2 ** 31 - 1;

/** Something that fires at a given time. */
export interface Timed extends Due {
  /** The time at which `fire` is to be called; Infinity if there is no such time. */
  readonly dueAt: number;
  /** Number of milliseconds by which `fire` may be called early, to share a wake-up of the process with others. */
  readonly earlyMs: number;
  fire(): void;
}

/**
 * One of the two timers of a clock: one keeps the process alive, the other does not. Everything that is scheduled on
 * the clock shares these two timers.
 */
export class ClockTimer {
  readonly #clock: Clock;
  readonly #keepsAlive: boolean;
  readonly #queue = new DueQueue<Timed>((timed) => timed);
  #timer: TimerHandle | undefined;
  #timerAt = Infinity;

  private constructor(clock: Clock, keepsAlive: boolean) {
    this.#clock = clock;
    this.#keepsAlive = keepsAlive;
  }

  /** Returns the clock's timer that keeps the process alive, or the one that does not. */
  static of(clock: Clock, keepsAlive: boolean): ClockTimer {
    let own = timers.get(clock);
    if (own === undefined) {
      own = { alive: new ClockTimer(clock, true), idle: new ClockTimer(clock, false) };
      timers.set(clock, own);
    }
    return keepsAlive ? own.alive : own.idle;
  }

  add(timed: Timed, dueAt: number): void {
    this.#queue.add(timed, dueAt);
    if (dueAt < this.#timerAt) this.#arm();
  }

  remove(timed: Timed): void {
    this.#queue.remove(timed);
    if (this.#queue.length === 0) this.#disarm();
  }

  #arm(): void {
    this.#disarm();
    this.#timerAt = this.#queue.nextDueAt;
    if (this.#timerAt === Infinity) return;
    const delayMs = Math.min(longestDelayMs, Math.max(0, this.#timerAt - this.#clock.now()));
    this.#timer = this.#clock.setTimeout(this.#onTime, delayMs);
    if (!this.#keepsAlive) this.#timer.unref?.();
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAt = Infinity;
  }

  readonly #onTime = (): void => {
    this.#timer = undefined;
    const now = this.#clock.now() + roundingMs;
    // All due items are collected first: an item that a callback reschedules for now has to wait for the next turn.
    const due: Timed[] = [];
    for (let timed = this.#queue.first; isDue(timed, now); timed = this.#queue.first) {
      this.#queue.remove(timed);
      due.push(timed);
    }
    let fired = 0;
    try {
      for (const timed of due) {
        fired++;
        timed.fire();
      }
    } finally {
      // An error that one callback throws must not prevent the others from firing.
      for (const timed of due.slice(fired)) this.#putBack(timed);
      this.#arm();
    }
  };

  #putBack(timed: Timed): void {
    this.#queue.remove(timed);
    if (timed.dueAt !== Infinity) this.#queue.add(timed, timed.dueAt);
  }
}

const timers = new WeakMap<Clock, Readonly<Record<'alive' | 'idle', ClockTimer>>>();

function isDue(timed: Timed | undefined, now: number): timed is Timed {
  return timed !== undefined && timed.dueAt - timed.earlyMs <= now;
}
