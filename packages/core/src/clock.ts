import { performance } from 'node:perf_hooks';
import { clearTimeout, setImmediate, setTimeout } from 'node:timers';

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

// These constants keep the functions that are global when this module is loaded, because the fake timers of Vitest or
// Jest replace the global functions. With fake timers, the deadlines of commands on real sockets would never pass, and a
// timer that was set would never fire after the fake timers have been removed.
const monotonicNow = performance.now.bind(performance);
const [setTimer, clearTimer, setNextTurn] = [setTimeout, clearTimeout, setImmediate];

/**
 * The real clock, with Node's own timers. A timer keeps the process alive unless it is unref'd. Fake timers of a test do
 * not affect it, apart from `wallNow()`, which reads a fake `Date`; to control all times in a test, pass a
 * `ManualClock`.
 */
export const systemClock: Clock = {
  now: monotonicNow,
  wallNow: () => Date.now(),
  setTimeout: (callback, delayMs) => setTimer(callback, delayMs),
  clearTimeout: (handle) => {
    clearTimer(handle as NodeJS.Timeout);
  },
  setImmediate: (callback) => {
    setNextTurn(callback);
  },
};

/** Real random numbers: `Math.random`. */
export const systemRandom: Random = () => Math.random();
