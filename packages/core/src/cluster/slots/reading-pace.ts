/** For this long after a failover has completed, the slots are read more often. */
const hurryMs = 1000;
const growth = 1.15;
const maxPauseMs = 1000;
/**
 * A large slot table costs more to read, so it is read less often: the interval is at least this many milliseconds per
 * primary, up to `maxPauseMs`.
 */
const msPerOwner = 1;
const hurriedMsPerOwner = 0.25;

/**
 * Decides when a cluster's slots are read while something is wrong with it: at growing intervals, but more often after
 * a failover, and as often as at first while a call waits. If the slots were read less often, a waiting call could miss
 * its deadline although its slot is already being served again.
 */
export class ReadingPace {
  readonly #periodMs: number;
  #pauseMs: number;
  #dueAt = 0;
  #hurriedDueAt = 0;
  #awaitedDueAt = 0;
  #hurryUntil = 0;

  /** `periodMs` is the shortest interval. */
  constructor(periodMs: number) {
    this.#periodMs = periodMs;
    this.#pauseMs = periodMs;
  }

  /**
   * Restarts at the shortest interval, and makes the next reading due immediately. `owners` is the number of primaries.
   */
  begin(owners: number): void {
    this.#pauseMs = this.#firstPauseMs(owners);
    this.#dueAt = 0;
  }

  /** Makes the next reading due immediately, and leaves the intervals as they are. */
  readNext(): void {
    this.#dueAt = 0;
  }

  /** Call when a failover has completed. */
  hurry(now: number): void {
    this.#hurryUntil = now + hurryMs;
  }

  /** Call when the slots are read. */
  reads(now: number, owners: number): void {
    this.#dueAt = now + this.#pauseMs;
    this.#hurriedDueAt = now + Math.min(maxPauseMs, hurriedMsPerOwner * owners);
    this.#awaitedDueAt = now + this.#firstPauseMs(owners);
    this.#pauseMs = Math.min(maxPauseMs, this.#pauseMs * growth);
  }

  isDue(now: number, isAwaited: boolean): boolean {
    if (now >= this.#dueAt || (isAwaited && now >= this.#awaitedDueAt)) return true;
    return now < this.#hurryUntil && now >= this.#hurriedDueAt;
  }

  #firstPauseMs(owners: number): number {
    return Math.min(maxPauseMs, Math.max(this.#periodMs, msPerOwner * owners));
  }
}
