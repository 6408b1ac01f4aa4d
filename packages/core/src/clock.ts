/** A timer created by a {@link Clock}. Opaque: pass it to `clearTimeout`. */
export interface TimerHandle {
  unref?(): unknown;
}

/**
 * The source of all time. Durations are measured with `now()`, which never jumps with the wall clock. For tests,
 * `@redis-resilience/testing` has a `ManualClock` that implements this interface.
 */
export interface Clock {
  /** Returns monotonic milliseconds. */
  now(): number;
  /** Returns the milliseconds since the epoch. */
  wallNow(): number;
  setTimeout(callback: () => void, delayMs: number): TimerHandle;
  clearTimeout(handle: TimerHandle): void;
  setImmediate(callback: () => void): void;
}

/** Uniform random numbers in [0, 1). */
export type Random = () => number;

/** The real time of the process. Like Node's own timers, its timers keep the process alive unless they are unref'd. */
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
