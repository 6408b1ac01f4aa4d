import type { Clock, TimerHandle } from '../clock.ts';
import { DueQueue, type Due } from './due-queue.ts';

/** Timers count whole milliseconds and may fire early, so anything due within this time counts as due. */
const roundingMs = 0.5;
/** Node fires a timer immediately if its delay is longer. */
const longestDelayMs = 2 ** 31 - 1;

/**
 * One alarm for many due times. It may fire early, so the callback has to check what is due and set the alarm again. All
 * alarms of a clock share its timers, and those that need not be exact fire together: a thousand idle connections wake
 * the process hardly more often than one.
 */
export class Alarm implements Due {
  /** When the alarm fires; Infinity if it is not set. Set by the queue that the alarm is in. */
  dueAt = Infinity;
  duePlace = 0;
  /** Number of milliseconds by which the alarm may fire early, to share a wake-up of the process with another alarm. */
  earlyMs = 0;
  readonly #clock: Clock;
  readonly #ring: () => void;
  #keepsAlive = false;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
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
    belfryOf(this.#clock, keepsAlive).add(this, dueAt);
  }

  clear(): void {
    if (this.dueAt === Infinity) return;
    this.dueAt = Infinity;
    belfryOf(this.#clock, this.#keepsAlive).remove(this);
  }

  /** Called by the shared timer: clears the alarm and calls its callback. */
  ring(): void {
    if (this.dueAt === Infinity) return;
    this.clear();
    this.#ring();
  }
}

/** The alarms of one clock that share a timer: either all that keep the process alive, or all that do not. */
class Belfry {
  readonly #clock: Clock;
  readonly #keepsAlive: boolean;
  readonly #alarms = new DueQueue<Alarm>((alarm) => alarm);
  #timer: TimerHandle | undefined;
  #timerAt = Infinity;

  constructor(clock: Clock, keepsAlive: boolean) {
    this.#clock = clock;
    this.#keepsAlive = keepsAlive;
  }

  add(alarm: Alarm, dueAt: number): void {
    this.#alarms.add(alarm, dueAt);
    if (dueAt < this.#timerAt) this.#arm();
  }

  remove(alarm: Alarm): void {
    this.#alarms.remove(alarm);
    if (this.#alarms.length === 0) this.#disarm();
  }

  #arm(): void {
    this.#disarm();
    this.#timerAt = this.#alarms.nextDueAt;
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

  #putBack(alarm: Alarm): void {
    this.#alarms.remove(alarm);
    if (alarm.dueAt !== Infinity) this.#alarms.add(alarm, alarm.dueAt);
  }

  readonly #onTime = (): void => {
    this.#timer = undefined;
    const now = this.#clock.now() + roundingMs;
    // Collects the due alarms first, so that an alarm which its callback sets again for now waits for the next turn.
    const due: Alarm[] = [];
    for (let alarm = this.#alarms.first; isDue(alarm, now); alarm = this.#alarms.first) {
      this.#alarms.remove(alarm);
      due.push(alarm);
    }
    let rung = 0;
    try {
      for (const alarm of due) {
        rung++;
        alarm.ring();
      }
    } finally {
      // An error that one of them throws belongs to that one alone.
      for (const alarm of due.slice(rung)) this.#putBack(alarm);
      this.#arm();
    }
  };
}

function isDue(alarm: Alarm | undefined, now: number): alarm is Alarm {
  return alarm !== undefined && alarm.dueAt - alarm.earlyMs <= now;
}

const belfries = new WeakMap<Clock, Readonly<Record<'alive' | 'idle', Belfry>>>();

function belfryOf(clock: Clock, keepsAlive: boolean): Belfry {
  let own = belfries.get(clock);
  if (own === undefined) {
    own = { alive: new Belfry(clock, true), idle: new Belfry(clock, false) };
    belfries.set(clock, own);
  }
  return keepsAlive ? own.alive : own.idle;
}
