import { ManualClock, type ManualTimer } from '@redis-resilience/testing';
import type { Clock } from '../../../packages/core/src/clock.ts';

/**
 * A manual clock that distinguishes timers of the process under test from timers of the simulated network and
 * servers, and counts those that would keep the process alive because no code has called `unref()`.
 */
export class BackgroundClock extends ManualClock {
  readonly #keeping = new Set<object>();
  readonly #outside = new Set<object>();

  /** The same clock for timers of the simulated network and servers, which `pendingTimers` does not count. */
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

  /** Number of timers of the process under test that have not fired. */
  override get pendingTimers(): number {
    return super.pendingTimers - this.#outside.size;
  }

  /** Number of timers of the process under test for which no code has called `unref()`. */
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
