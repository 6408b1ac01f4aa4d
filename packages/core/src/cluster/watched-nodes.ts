import type { NodeDriver } from '../driver/cluster-driver.ts';
import type { ClusterNode } from './cluster-node.ts';

/** The nodes that a cluster client is connected to, each with its connection. */
export class WatchedNodes {
  readonly #nodes = new Map<NodeDriver, ClusterNode>();
  readonly #make: (node: NodeDriver) => ClusterNode;
  readonly #onGone: () => void;

  constructor(make: (node: NodeDriver) => ClusterNode, onGone: () => void) {
    this.#make = make;
    this.#onGone = onGone;
  }

  get count(): number {
    return this.#nodes.size;
  }

  get readyCount(): number {
    return [...this.#nodes.keys()].filter(({ status }) => status === 'ready').length;
  }

  isSilent(node: NodeDriver): boolean {
    return this.#nodes.get(node)?.isSilent === true;
  }

  watch(node: NodeDriver): void {
    if (this.#nodes.has(node)) return;
    this.#nodes.set(node, this.#make(node));
    node.on('end', () => this.forget(node));
  }

  forget(node: NodeDriver): void {
    const watched = this.#nodes.get(node);
    if (watched === undefined) return;
    watched.stop();
    this.#nodes.delete(node);
    this.#onGone();
  }

  ping(): void {
    for (const node of this.#nodes.values()) node.connection.ping();
  }

  /** Resolves when all sockets that are open now have closed. */
  async closed(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => node.closed()));
  }
}
