import type { CircuitSettings } from '../options/circuit-settings.ts';
import { FailureStreak } from './failure-streak.ts';
import { RollingWindow } from './rolling-window.ts';
import { SlowLimit } from './slow-limit.ts';

const minFailures = 5;
const minFailureEvents = 2;

/** Counts how the calls within a circuit's time window ended, and reports when too many of them failed or were slow. */
export class CallTally {
  readonly #settings: CircuitSettings;
  readonly #window: RollingWindow;
  readonly #slowLimit: SlowLimit;
  /** Undefined until a call fails. */
  #streak: FailureStreak | undefined;

  /** `deadlineMs`: the deadline of a call; calls that come close to the deadline count as slow. */
  constructor(settings: CircuitSettings, deadlineMs: number) {
    this.#settings = settings;
    this.#window = new RollingWindow(settings.windowMs);
    this.#slowLimit = new SlowLimit(deadlineMs, settings.slowMs);
  }

  /** Calls that take longer than this many milliseconds are slow. */
  get slowLimitMs(): number {
    return this.#slowLimit.limitMs;
  }

  /** Returns whether a call of this duration is slow, and adjusts the limit for later calls. */
  isSlow(durationMs: number, now: number): boolean {
    return this.#slowLimit.exceeded(durationMs, now);
  }

  ok(now: number): void {
    this.#streak?.reset();
    this.#window.record('ok', now);
  }

  /** Counts a call that was answered slowly. Returns whether too large a share of the calls in the window was slow. */
  slow(now: number): boolean {
    this.#streak?.reset();
    this.#window.record('slow', now);
    const { total, slow } = this.#window.totals(now);
    return total >= this.#settings.minCalls && slow / total >= this.#settings.slowRatio;
  }

  /**
   * Counts a failed call. Returns whether too many calls in a row have failed, or too large a share of the calls in the
   * window.
   */
  fail(now: number): boolean {
    this.#window.record('fail', now);
    this.#streak ??= new FailureStreak();
    const events = this.#streak.add(now);
    const { maxConsecutiveFailures, minCalls, failureRatio } = this.#settings;
    const { total, fail } = this.#window.totals(now);
    const inARow = events >= Math.max(minFailureEvents, maxConsecutiveFailures);
    return inARow || (total >= minCalls && fail >= minFailures && fail / total >= failureRatio);
  }

  clear(): void {
    this.#window.clear();
    this.#streak?.reset();
  }
}
