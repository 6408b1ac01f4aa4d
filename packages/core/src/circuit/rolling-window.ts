/** How a call ended: the window counts each call under exactly one of these. */
export type CallKind = 'ok' | 'fail' | 'slow';

/** Counts within the window. `totals` returns the same object each time: read it immediately, do not keep it. */
export interface WindowTotals {
  readonly ok: number;
  readonly fail: number;
  readonly slow: number;
  readonly total: number;
}

const buckets = 10;
const kinds = 3;

/**
 * Counts the calls of the last `windowMs`, with a resolution of a tenth of it: ten buckets, each tagged with the period
 * in which it was written. A bucket with an old tag counts as empty, so nothing rotates, and an idle window costs
 * nothing. (StackExchange.Redis uses the same ring.) `record` allocates nothing. A clock that steps back is treated as
 * if it had stopped.
 */
export class RollingWindow {
  readonly #bucketMs: number;
  readonly #periods = new Float64Array(buckets).fill(-Infinity);
  readonly #counts = new Float64Array(buckets * kinds);
  readonly #totals = { ok: 0, fail: 0, slow: 0, total: 0 };
  #period = -Infinity;
  #endsAt = -Infinity;
  #offset = 0;

  constructor(windowMs: number) {
    this.#bucketMs = windowMs / buckets;
  }

  record(kind: CallKind, now: number): void {
    if (now >= this.#endsAt) this.#open(now);
    const index = this.#offset + (kind === 'ok' ? 0 : kind === 'fail' ? 1 : 2);
    this.#counts[index] = this.#counts[index]! + 1;
  }

  totals(now: number): WindowTotals {
    const oldest = Math.max(Math.floor(now / this.#bucketMs), this.#period) - buckets + 1;
    const totals = this.#totals;
    totals.ok = totals.fail = totals.slow = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      if (this.#periods[bucket]! < oldest) continue;
      totals.ok += this.#counts[bucket * kinds]!;
      totals.fail += this.#counts[bucket * kinds + 1]!;
      totals.slow += this.#counts[bucket * kinds + 2]!;
    }
    totals.total = totals.ok + totals.fail + totals.slow;
    return totals;
  }

  /** Discards all counts. */
  clear(): void {
    this.#periods.fill(-Infinity);
    this.#endsAt = -Infinity;
  }

  #open(now: number): void {
    // After clear() the same period is opened again; if the clock has stepped back, the last period stays open.
    this.#period = Math.max(Math.floor(now / this.#bucketMs), this.#period);
    this.#endsAt = (this.#period + 1) * this.#bucketMs;
    const bucket = ((this.#period % buckets) + buckets) % buckets;
    this.#offset = bucket * kinds;
    if (this.#periods[bucket] === this.#period) return;
    this.#periods[bucket] = this.#period;
    this.#counts.fill(0, this.#offset, this.#offset + kinds);
  }
}
