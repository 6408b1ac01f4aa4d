/** How a call ended: the window counts each call as exactly one of these kinds. */
export type CallKind = 'ok' | 'fail' | 'slow';

/**
 * The counts within the window. All windows overwrite and return one shared object, so read the counts immediately, and
 * do not keep the object.
 */
export interface WindowTotals {
  readonly ok: number;
  readonly fail: number;
  readonly slow: number;
  readonly total: number;
}

const buckets = 10;
/** Number of cells per bucket: one for the period in which the bucket was written, and one count per kind of call. */
const width = 4;
/** The period of a bucket that has never been written. */
const never = -(2 ** 30);
/** The cells of all buckets, none of which has been written. `totals` skips these buckets. */
const unwritten: readonly number[] = Array.from({ length: buckets * width }, () => never);
/** The cells of a window in which nothing has been recorded. */
const none: readonly number[] = [];

/**
 * Counts the calls of the last `windowMs` milliseconds in ten buckets. Each bucket is tagged with the period in which
 * it was written, and a bucket with an old tag counts as empty. No timer has to clear buckets, and an idle window costs
 * nothing. A window has only as many buckets as it needed so far, because many clients are seldom used; once it has ten,
 * `record` allocates nothing until the next `clear()`. A clock that steps back is treated as if it had stopped.
 */
export class RollingWindow {
  readonly #bucketMs: number;
  #cells = none as number[];
  /** The period of the first bucket. */
  #first = never;
  #period = never;
  #endsAt = -Infinity;
  #offset = 0;

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / buckets;
  }

  record(kind: CallKind, now: number): void {
    if (now >= this.#endsAt) this.#open(now);
    const index = this.#offset + (kind === 'ok' ? 1 : kind === 'fail' ? 2 : 3);
    this.#cells[index] = this.#cells[index]! + 1;
  }

  totals(now: number): WindowTotals {
    const oldest = Math.max(Math.floor(now / this.#bucketMs), this.#period) - buckets + 1;
    const cells = this.#cells;
    totals.ok = totals.fail = totals.slow = 0;
    for (let at = 0; at < cells.length; at += width) {
      if (cells[at]! < oldest) continue;
      totals.ok += cells[at + 1]!;
      totals.fail += cells[at + 2]!;
      totals.slow += cells[at + 3]!;
    }
    totals.total = totals.ok + totals.fail + totals.slow;
    return totals;
  }

  /** Discards all counts. */
  clear(): void {
    this.#cells = none as number[];
    this.#endsAt = -Infinity;
  }

  #open(now: number): void {
    // If the clock has stepped back, the last period stays the current one.
    this.#period = Math.max(Math.floor(now / this.#bucketMs), this.#period);
    this.#endsAt = (this.#period + 1) * this.#bucketMs;
    if (this.#cells.length === 0) this.#first = this.#period;
    this.#offset = ((this.#period - this.#first) % buckets) * width;
    const missing = this.#offset + width - this.#cells.length;
    if (missing > 0) this.#cells = this.#cells.concat(unwritten.slice(0, missing));
    if (this.#cells[this.#offset] === this.#period) return;
    this.#cells[this.#offset] = this.#period;
    this.#cells.fill(0, this.#offset + 1, this.#offset + width);
  }
}

const totals = { ok: 0, fail: 0, slow: 0, total: 0 };
