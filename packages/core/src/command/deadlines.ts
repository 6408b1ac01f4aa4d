import type { Clock, TimerHandle } from '../clock.ts';
import { afterReads } from '../event-loop/after-reads.ts';
import type { CallList } from './call-list.ts';
import type { Call } from './call.ts';

/**
 * One timer for the deadlines of all commands in flight: they were sent in order and have the same time, so only the
 * oldest needs watching. Before anything expires the sockets are read: an answer that already lies there is no timeout.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #inFlight: CallList;
  readonly #expire: (call: Call) => void;
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, timeoutMs: number, inFlight: CallList, expire: (call: Call) => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#inFlight = inFlight;
    this.#expire = expire;
  }

  /** Called for each call that joins; does something for the first one only. */
  watch(): void {
    if (this.#timer === undefined) this.#arm(this.#timeoutMs);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    this.#timer = this.#clock.setTimeout(this.#look, delayMs);
    this.#timer.unref?.();
  }

  readonly #look = (): void => {
    const now = this.#clock.now();
    const dueAt = this.#dueAt(now);
    if (dueAt <= now + roundingMs) afterReads(this.#clock, () => this.#sweep(now));
    else {
      this.#timer = undefined;
      if (dueAt < Infinity) this.#arm(dueAt - now);
    }
  };

  #sweep(overdueAt: number): void {
    this.#timer = undefined;
    while (this.#dueAt(overdueAt) <= overdueAt + roundingMs) this.#expire(this.#inFlight.head as Call);
    const dueAt = this.#dueAt(overdueAt);
    if (dueAt < Infinity) this.#arm(Math.max(1, dueAt - this.#clock.now()));
  }

  #dueAt(now: number): number {
    const { head } = this.#inFlight;
    return head === undefined ? Infinity : (head.sent?.at ?? now) + this.#timeoutMs;
  }
}

// Node's timers count whole milliseconds.
const roundingMs = 0.5;
