import type { Lease } from '../lease.ts';

/**
 * The active leases, in the order in which they began. The leases are kept in an array and not in a set: when a set
 * grows, its former table keeps the leases in memory after their end, until the table is garbage-collected.
 */
export class LeasesOut {
  readonly #all: Lease[] = [];
  readonly #maxLeaseMs: number;

  constructor(maxLeaseMs: number) {
    this.#maxLeaseMs = maxLeaseMs;
  }

  get count(): number {
    return this.#all.length;
  }

  add(lease: Lease): void {
    this.#all.push(lease);
  }

  /** Removes a lease. Returns whether the lease was active. */
  remove(lease: Lease): boolean {
    const index = this.#all.lastIndexOf(lease);
    if (index === -1) return false;
    if (index === this.#all.length - 1) this.#all.pop();
    else this.#all.splice(index, 1);
    return true;
  }

  all(): readonly Lease[] {
    return [...this.#all];
  }

  /** Returns how long the oldest lease has lasted; undefined if there is none. */
  oldestMs(now: number): number | undefined {
    const [oldest] = this.#all;
    return oldest === undefined ? undefined : now - oldest.startedAt;
  }

  /** Time at which the next lease will have lasted too long. */
  get nextOverdueAt(): number {
    for (const { isOverdue, startedAt } of this.#all) if (!isOverdue) return startedAt + this.#maxLeaseMs;
    return Infinity;
  }

  /** Returns the leases that have lasted too long, each of them only once. */
  takeOverdue(now: number): readonly Lease[] {
    const overdue: Lease[] = [];
    for (const lease of this.#all) {
      if (now < lease.startedAt + this.#maxLeaseMs) break;
      if (!lease.isOverdue) overdue.push(lease);
      lease.isOverdue = true;
    }
    return overdue;
  }
}
