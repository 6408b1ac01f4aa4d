/** A timer that a {@link Clock} has created; the clock's `clearTimeout` cancels the timer. */
export interface TimerHandle {
  unref?(): unknown;
}

/**
 * The source of all times and timers of this library. Durations are measured with `now()`, which is not affected when
 * the system time is changed. For tests, `@redis-resilience/testing` has a `ManualClock` that implements this
 * interface.
 */
export interface Clock {
  /** Returns the milliseconds of a monotonic clock. */
  now(): number;
  /** Returns the milliseconds since the epoch. */
  wallNow(): number;
  setTimeout(callback: () => void, delayMs: number): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
  setImmediate(callback: () => void): void;
}

/** Returns a random number, uniformly distributed in [0, 1). */
export type Random = () => number;

/** The real clock, with Node's own timers. A timer keeps the process alive unless it is unref'd. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimeout(callback, delayMs),
  clearTimeout: (handle) => {
    clearTimeout(handle as NodeJS.Timeout);
  },
  setImmediate: (callback) => {
    setImmediate(callback);
  },
};

/** Real random numbers: `Math.random`. */
export const systemRandom: Random = () => Math.random();
