import type { Clock } from '../clock.ts';
import { Alarm, type Looks } from './alarm.ts';
import { throwNext } from './soon.ts';

const roundingMs = 0.5;

/**
 * Schedules the looks (checks) of all objects that use the same clock. Each look is scheduled a little early, so that
 * looks for about the same time share one alarm, and a thousand connections wake the process hardly more often than a
 * single one.
 */
export class JointLooks implements Looks {
  readonly #slots = new Map<number, Looks[]>();
  readonly #clock: Clock;
  readonly #alarm: Alarm;

  private constructor(clock: Clock) {
    this.#clock = clock;
    this.#alarm = new Alarm(clock, this);
  }

  static of(clock: Clock): JointLooks {
    let shared = known.get(clock);
    if (shared === undefined) known.set(clock, (shared = new JointLooks(clock)));
    return shared;
  }

  /** Plans a look for `latestAt` or up to `earlyMs` earlier, and returns the time for which the look is planned. */
  plan(looks: Looks, latestAt: number, earlyMs: number): number {
    const dueAt = Math.floor(latestAt / earlyMs) * earlyMs;
    const slot = this.#slots.get(dueAt);
    if (slot !== undefined) slot.push(looks);
    else {
      this.#slots.set(dueAt, [looks]);
      this.#alarm.set(dueAt, false);
    }
    return dueAt;
  }

  /** Cancels the look that is planned for `dueAt`, if there is one. */
  forget(looks: Looks, dueAt: number): void {
    const slot = this.#slots.get(dueAt);
    const place = slot?.indexOf(looks) ?? -1;
    if (slot === undefined || place === -1) return;
    slot.splice(place, 1);
    if (slot.length === 0) this.#slots.delete(dueAt);
    if (this.#slots.size === 0) this.#alarm.clear();
  }

  /** Makes the looks that are due. */
  look(): void {
    const now = this.#clock.now() + roundingMs;
    const due = [...this.#slots.keys()].filter((dueAt) => dueAt <= now);
    for (const dueAt of due) this.#lookAt(dueAt);
    for (const dueAt of this.#slots.keys()) this.#alarm.set(dueAt, false);
  }

  #lookAt(dueAt: number): void {
    const slot = this.#slots.get(dueAt) ?? [];
    // The loop reads the list itself instead of a copy, because one look may cancel another that is still in the list.
    for (let looks = slot.pop(); looks !== undefined; looks = slot.pop()) lookAlone(looks);
    this.#slots.delete(dueAt);
  }
}

const known = new WeakMap<Clock, JointLooks>();

/**
 * Makes a look (a check). An error that the look throws must not prevent the other looks, so the error is thrown later.
 */
export function lookAlone(looks: Looks): void {
  try {
    looks.look();
  } catch (error) {
    throwNext(error);
  }
}
