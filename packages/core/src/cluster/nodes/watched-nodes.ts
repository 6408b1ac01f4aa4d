import type { Clock } from '../../clock.ts';
import type { ClusterDriver, NodeDriver } from '../../driver/cluster-driver.ts';
import type { ClusterNode } from './cluster-node.ts';
import type { NodeRole } from '../subscribers/subscriber-watch.ts';

/** The nodes to which a cluster client is connected, with their connections, including those for subscriptions. */
export class WatchedNodes {
  readonly #nodes = new Map<NodeDriver, ClusterNode>();
  readonly #make: (node: NodeDriver, role: NodeRole) => ClusterNode;
  readonly #onGone: (address: string) => void;

  constructor(make: (node: NodeDriver, role: NodeRole) => ClusterNode, onGone: (address: string) => void) {
    this.#make = make;
    this.#onGone = onGone;
  }

  get count(): number {
    return this.#nodes.size;
  }

  get readyCount(): number {
    let count = 0;
    for (const { status } of this.#nodes.keys()) if (status === 'ready') count++;
    return count;
  }

  of(node: NodeDriver): ClusterNode | undefined {
    return this.#nodes.get(node);
  }

  /** Returns whether a node has been silent for too long, lacks the data of its primary, or is no longer used. */
  isAway(node: NodeDriver): boolean {
    const watched = this.#nodes.get(node);
    return watched === undefined || watched.isSilent || watched.staleness.isStale;
  }

  /** Returns the nodes of `among` that are connected and not silent. */
  answering(among: readonly NodeDriver[]): readonly NodeDriver[] {
    return among.filter((node) => this.#nodes.get(node)?.isAnswering === true);
  }

  watch(node: NodeDriver, role: NodeRole): void {
    if (this.#nodes.has(node)) return;
    this.#nodes.set(node, this.#make(node, role));
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

  /** Destroys all currently open sockets, and resolves when they have closed. */
  async close(): Promise<void> {
    await Promise.all([...this.#nodes.values()].map((node) => node.close()));
  }
}

/** Watches all nodes to which a cluster client is connected now or connects later. */
export function watchAll(
  cluster: ClusterDriver,
  nodes: WatchedNodes,
  isAway: (node: NodeDriver) => boolean,
  clock: Clock,
): void {
  const forget = (node: NodeDriver): void => nodes.forget(node);
  cluster.onSubscriber((subscriber) => nodes.watch(subscriber, 'channels'), isAway, clock);
  cluster.onShardSubscriber((subscriber) => nodes.watch(subscriber, 'shard-channels'), forget);
  cluster.onNodeAdded((node) => nodes.watch(node, 'calls'));
  cluster.onNodeRemoved(forget);
  for (const node of cluster.nodes()) nodes.watch(node, 'calls');
}
