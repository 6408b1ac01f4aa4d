import type { ClusterState } from './cluster-state.ts';

/**
 * How much a node knows of failovers, compared with the other nodes. A node that is `ahead` counts fewer failed slots
 * than others. A node that is `behind` still counts slots as failed that are served again according to another node.
 */
export type Lag = 'ahead' | 'behind';

/** Detects failovers from what the nodes report, although not all nodes learn of a failover at the same time. */
export class FailoverSigns {
  #epoch: number | undefined;
  readonly #failedSlots = new Map<string, number>();
  /** The lowest number of failed slots that any node has reported since the number of some node last rose. */
  #fewest = Infinity;

  /**
   * Returns what a report of the node at `address` shows; undefined if the report shows nothing new. `begins` means
   * that a failover is about to begin, because this node counts more failed slots than before. `over` means that a
   * failover has completed: this node is the first to report a new epoch, or reports fewer failed slots than any node
   * has reported since the number of failed slots last rose.
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

  /**
   * Compares what the node at `address` knows of failovers with what other nodes know; undefined if there is no
   * difference, or if this node has reported nothing yet.
   */
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
