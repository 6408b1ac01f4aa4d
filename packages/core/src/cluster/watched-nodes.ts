import type { NodeDriver } from '../driver/cluster-driver.ts';
import type { ClusterNode } from './cluster-node.ts';

/** The nodes that a cluster client is connected to, each with its connection; its subscribers among them. */
export class WatchedNodes {
  readonly #nodes = new Map<NodeDriver, ClusterNode>();
  readonly #make: (node: NodeDriver, isSubscriber: boolean) => ClusterNode;
  readonly #onGone: (address: string) => void;

  constructor(
    make: (node: NodeDriver, isSubscriber: boolean) => ClusterNode,
    onGone: (address: string) => void,
  ) {
    this.#make = make;
    this.#onGone = onGone;
  }

  get count(): number {
    return this.#nodes.size;
  }

  get readyCount(): number {
    return [...this.#nodes.keys()].filter(({ status }) => status === 'ready').length;
  }

  of(node: NodeDriver): ClusterNode | undefined {
    return this.#nodes.get(node);
  }

  watch(node: NodeDriver, isSubscriber: boolean): void {
    if (this.#nodes.has(node)) return;
    this.#nodes.set(node, this.#make(node, isSubscriber));
    node.on('end', () => this.forget(node));
  }

  forget(node: NodeDriver): void {
    const watched = this.#nodes.get(node);
    if (watched === undefined) return;
    watched.stop();
    this.#nodes.delete(node);
    this.#onGone(node.address);
  }

  ping(): void {
    for (const node of this.#nodes.values()) node.connection.ping();
  }

  /** Resolves when all sockets that are open now have closed. */
  async closed(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => node.closed()));
  }
}
