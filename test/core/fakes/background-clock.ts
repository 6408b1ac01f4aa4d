import { ManualClock, type ManualTimer } from '@redis-resilience/testing';
import type { Clock } from '../../../packages/core/src/clock.ts';

/**
 * A manual clock that tells the timers of the process under test from those of the world outside, and knows which of
 * them would keep the process alive: those that nobody unrefs.
 */
export class BackgroundClock extends ManualClock {
  readonly #keeping = new Set<object>();
  readonly #outside = new Set<object>();

  /** The same time, for what happens outside the process: under way on a network, or on a server. */
  readonly outside: Clock = {
    now: () => this.now(),
    wallNow: () => this.wallNow(),
    setTimeout: (callback, delayMs) => {
      const timer = super.setTimeout(() => {
        this.#outside.delete(timer);
        callback();
      }, delayMs);
      this.#outside.add(timer);
      return timer;
    },
    clearTimeout: (timer) => {
      this.#outside.delete(timer);
      super.clearTimeout(timer);
    },
    setImmediate: (callback) => this.setImmediate(callback),
  };

  /** Timers of the process that wait. */
  override get pendingTimers(): number {
    return super.pendingTimers - this.#outside.size;
  }

  /** Those of them that are not unref'd. */
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
