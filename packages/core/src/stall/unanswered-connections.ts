import type { Clock } from '../clock.ts';
import { Alarm, type Looks } from '../event-loop/alarm.ts';
import { lookAlone } from '../event-loop/joint-looks.ts';

/** A connection that may wait for a reply. */
export interface Unanswered extends Looks {
  /** When the connection began to wait; Infinity while it waits for no reply. */
  unansweredSince: number;
  unansweredBefore: Unanswered | undefined;
  unansweredAfter: Unanswered | undefined;
}

/** Connections are checked together if they began to wait at most this many milliseconds apart. */
const earlyMs = 25;
const roundingMs = 0.5;

/**
 * All connections on one clock that wait for a reply; the one that has waited longest comes first. A connection is
 * checked once it has waited for nearly its whole stall limit. Most replies come sooner, so most connections leave the
 * linked list unchecked, and joining and leaving it is cheap.
 */
export class UnansweredConnections implements Looks {
  readonly #alarm: Alarm;
  readonly #clock: Clock;
  #first: Unanswered | undefined;
  #last: Unanswered | undefined;
  /** The shortest stall limit of all connections so far. */
  #shortestMs = Infinity;

  private constructor(clock: Clock) {
    this.#clock = clock;
    this.#alarm = new Alarm(clock, this);
  }

  static of(clock: Clock): UnansweredConnections {
    let shared = known.get(clock);
    if (shared === undefined) known.set(clock, (shared = new UnansweredConnections(clock)));
    return shared;
  }

  /**
   * Whether a connection whose stall limit is never shorter than `limitMs` can be in the list. The list may check a
   * connection 25 ms early, which is too early if the limit is short; such a connection must set its own timer.
   */
  static suits(limitMs: number): boolean {
    return limitMs >= 2 * earlyMs;
  }

  /** Adds a connection that waits from `now` on. It is checked before it has waited for `limitMs`. */
  add(waiting: Unanswered, now: number, limitMs: number): void {
    waiting.unansweredSince = now;
    waiting.unansweredBefore = this.#last;
    if (this.#last === undefined) this.#first = waiting;
    else this.#last.unansweredAfter = waiting;
    this.#last = waiting;
    if (limitMs < this.#shortestMs) this.#shortestMs = limitMs;
    // An alarm that is already set fires before this connection is due, and is then set again.
    else if (this.#alarm.dueAt !== Infinity) return;
    this.#alarm.set(now + this.#shortestMs - earlyMs, false);
  }

  /** Call when the connection has been answered. */
  remove(waiting: Unanswered): void {
    if (waiting.unansweredSince === Infinity) return;
    const { unansweredBefore: before, unansweredAfter: after } = waiting;
    if (before === undefined) this.#first = after;
    else before.unansweredAfter = after;
    if (after === undefined) this.#last = before;
    else after.unansweredBefore = before;
    waiting.unansweredSince = Infinity;
    waiting.unansweredBefore = undefined;
    waiting.unansweredAfter = undefined;
  }

  /** Call when the connection has ended. Unlike {@link remove}, leaves no timer behind. */
  forget(waiting: Unanswered): void {
    this.remove(waiting);
    if (this.#first === undefined) this.#alarm.clear();
  }

  /** Checks the connections that have waited for nearly as long as their limit. */
  look(): void {
    const now = this.#clock.now();
    const aheadMs = this.#shortestMs - earlyMs;
    while (this.#first !== undefined && this.#first.unansweredSince + aheadMs <= now + roundingMs) {
      const waiting = this.#first;
      this.remove(waiting);
      lookAlone(waiting);
    }
    if (this.#first === undefined) return;
    // Checks are planned 25 ms early. The next check can therefore be postponed by up to 25 ms, to make it together
    // with the checks that follow.
    this.#alarm.set(Math.max(this.#first.unansweredSince + aheadMs, now + earlyMs), false);
  }
}

const known = new WeakMap<Clock, UnansweredConnections>();
