import type { ClusterState } from './cluster-state.ts';

/** A node that is behind counts slots as failed that are served again, as a node that is ahead knows. */
export type Lag = 'ahead' | 'behind';

/** Finds signs of failovers in what the nodes report. They do not learn of a failover at the same time. */
export class FailoverSigns {
  #epoch: number | undefined;
  readonly #failedSlots = new Map<string, number>();
  /** The fewest failed slots that a node counted since slots failed. */
  #fewest = Infinity;

  /**
   * Returns what the report of the node at an address shows. `begins`: this node counts more failed slots than before.
   * `over`: it is the first to report a new epoch, or fewer failed slots than any node since slots last failed.
   */
  note(address: string, { epoch, failedSlots }: ClusterState): 'begins' | 'over' | undefined {
    const isElected = this.#epoch !== undefined && epoch > this.#epoch;
    const before = this.#failedSlots.get(address) ?? 0;
    this.#epoch = Math.max(epoch, this.#epoch ?? 0);
    this.#failedSlots.set(address, failedSlots);
    if (failedSlots > before) this.#fewest = Infinity;
    const isServedAgain = failedSlots < before && failedSlots < this.#fewest;
    if (isServedAgain) this.#fewest = failedSlots;
    if (isElected || isServedAgain) return 'over';
    return failedSlots > before ? 'begins' : undefined;
  }

  /** Compares what the node at an address knows with what other nodes do; undefined if all know the same. */
  lagOf(address: string): Lag | undefined {
    const own = this.#failedSlots.get(address);
    const counts = [...this.#failedSlots.values()];
    const fewest = Math.min(...counts);
    if (own === undefined || fewest === Math.max(...counts)) return undefined;
    return own === fewest ? 'ahead' : 'behind';
  }

  /** Forgets what all nodes have reported. */
  forget(): void {
    this.#epoch = undefined;
    this.#failedSlots.clear();
    this.#fewest = Infinity;
  }
}
