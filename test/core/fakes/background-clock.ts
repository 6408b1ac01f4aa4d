import { ManualClock, type ManualTimer } from '@redis-resilience/testing';

/** A manual clock that knows which of its timers would keep a process alive: those that nobody unrefs. */
export class BackgroundClock extends ManualClock {
  readonly #keeping = new Set<object>();

  /** Timers that wait, and are not unref'd. */
  get timersThatKeepAlive(): number {
    return this.#keeping.size;
  }

  override setTimeout(callback: () => void, delayMs: number): ManualTimer {
    const timer = super.setTimeout(() => {
      this.#keeping.delete(timer);
      callback();
    }, delayMs);
    this.#keeping.add(timer);
    timer.unref = () => {
      this.#keeping.delete(timer);
      return timer;
    };
    return timer;
  }

  override clearTimeout(timer: object): void {
    this.#keeping.delete(timer);
    super.clearTimeout(timer);
  }
}
