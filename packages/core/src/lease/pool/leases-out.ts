import type { Lease } from '../lease.ts';

/** The leases that are out, in the order of their beginning. */
export class LeasesOut {
  readonly #all = new Set<Lease>();
  readonly #maxLeaseMs: number;

  constructor(maxLeaseMs: number) {
    this.#maxLeaseMs = maxLeaseMs;
  }

  get count(): number {
    return this.#all.size;
  }

  add(lease: Lease): void {
    this.#all.add(lease);
  }

  /** Whether it was out. */
  remove(lease: Lease): boolean {
    return this.#all.delete(lease);
  }

  all(): readonly Lease[] {
    return [...this.#all];
  }

  /** How long the oldest has lasted; undefined when there is none. */
  oldestMs(now: number): number | undefined {
    const [oldest] = this.#all;
    return oldest === undefined ? undefined : now - oldest.startedAt;
  }

  /** When the next one has lasted for too long. */
  get nextOverdueAt(): number {
    for (const { isOverdue, startedAt } of this.#all) if (!isOverdue) return startedAt + this.#maxLeaseMs;
    return Infinity;
  }

  /** Those that have lasted for too long, each of them once. */
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
