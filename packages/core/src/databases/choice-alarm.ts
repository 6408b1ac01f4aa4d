import type { Clock, TimerHandle } from '../clock.ts';
import { afterReads } from '../event-loop/after-reads.ts';

/**
 * An alarm for the time at which a database has to be chosen again: calls `ring` at that time. Replies that are already
 * waiting in sockets are read before `ring` is called, so that the choice takes them into account.
 */
export class ChoiceAlarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Sets the time of the alarm, in place of any earlier time; undefined turns the alarm off. */
  set(at: number | undefined): void {
    this.stop();
    if (at === undefined) return;
    const timer = this.#clock.setTimeout(
      () => {
        afterReads(this.#clock, () => {
          if (this.#timer !== timer) return;
          this.#timer = undefined;
          this.#ring();
        });
      },
      Math.max(1, Math.ceil(at - this.#clock.now())),
    );
    this.#timer = timer;
    timer.unref?.();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
