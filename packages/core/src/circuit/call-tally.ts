import type { CircuitSettings } from '../options/circuit-settings.ts';
import { FailureStreak } from './failure-streak.ts';
import { RollingWindow } from './rolling-window.ts';

const minFailures = 5;
const minFailureEvents = 2;

/** Counts how the calls within a circuit's time window ended, and reports when too many of them failed or were slow. */
export class CallTally {
  readonly #settings: CircuitSettings;
  /**
   * Undefined until the circuit counts its first call. Many clients only read or only write, so one of their two
   * circuits never counts a call.
   */
  #window: RollingWindow | undefined;
  /** Undefined until a call fails. */
  #streak: FailureStreak | undefined;

  constructor(settings: CircuitSettings) {
    this.#settings = settings;
  }

  ok(now: number): void {
    this.#streak?.reset();
    this.#counts.record('ok', now);
  }

  /** Counts a call that was answered slowly. Returns whether too large a share of the calls in the window was slow. */
  slow(now: number): boolean {
    this.#streak?.reset();
    this.#counts.record('slow', now);
    const { total, slow } = this.#counts.totals(now);
    return total >= this.#settings.minCalls && slow / total >= this.#settings.slowRatio;
  }

  /**
   * Counts a failed call. Returns whether too many calls in a row have failed, or too large a share of the calls in the
   * window.
   */
  fail(now: number): boolean {
    this.#counts.record('fail', now);
    this.#streak ??= new FailureStreak();
    const events = this.#streak.add(now);
    const { maxConsecutiveFailures, minCalls, failureRatio } = this.#settings;
    const { total, fail } = this.#counts.totals(now);
    const inARow = events >= Math.max(minFailureEvents, maxConsecutiveFailures);
    return inARow || (total >= minCalls && fail >= minFailures && fail / total >= failureRatio);
  }

  clear(): void {
    this.#window?.clear();
    this.#streak?.reset();
  }

  get #counts(): RollingWindow {
    return (this.#window ??= new RollingWindow(this.#settings.windowMs));
  }
}
