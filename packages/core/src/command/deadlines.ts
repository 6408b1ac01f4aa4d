import type { Clock, TimerHandle } from '../clock.ts';
import { afterReads } from './lag-correction.ts';
import type { EntryList } from './entry-list.ts';
import type { Entry } from './entry.ts';

/**
 * One timer for the deadlines of all commands in flight: they were sent in order and have the same time, so only the
 * oldest needs watching. A timer that fires late first lets the sockets be read: an answer that already lies there
 * is no timeout.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #inFlight: EntryList;
  readonly #expire: (entry: Entry) => void;
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, timeoutMs: number, inFlight: EntryList, expire: (entry: Entry) => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#inFlight = inFlight;
    this.#expire = expire;
  }

  /** Called for each entry that joins; does something for the first one only. */
  watch(): void {
    if (this.#timer === undefined) this.#arm(this.#timeoutMs);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    const dueAt = this.#clock.now() + delayMs;
    this.#timer = this.#clock.setTimeout(() => afterReads(this.#clock, dueAt, this.#sweep), delayMs);
    this.#timer.unref?.();
  }

  readonly #sweep = (): void => {
    this.#timer = undefined;
    const now = this.#clock.now();
    let { head } = this.#inFlight;
    while (head !== undefined) {
      const dueAt = (head.turn?.at ?? now) + this.#timeoutMs;
      if (dueAt > now + 0.5) {
        this.#arm(Math.max(1, dueAt - now));
        return;
      }
      this.#expire(head);
      head = this.#inFlight.head;
    }
  };
}
