import type { ClusterDriver, NodeDriver } from '../../driver/cluster-driver.ts';
import type { PartOutages } from '../part-outages.ts';
import type { NodeDialers } from './node-dialers.ts';
import type { WatchedNodes } from './watched-nodes.ts';

/**
 * If more primaries than this are lost at the same time, their replicas are not dialed, because most likely
 * this process itself is cut off from the network.
 */
const maxLostPrimaries = 8;

/**
 * Connects to nodes that no call can use yet. Lost nodes are dialed so that their recovery is noticed. The replicas of
 * lost primaries are dialed so that, when one of them takes over, calls can be sent to it immediately.
 */
export class Redialing {
  readonly #cluster: ClusterDriver;
  readonly #dialers: NodeDialers;
  readonly #nodes: WatchedNodes;
  readonly #outages: PartOutages;

  constructor(cluster: ClusterDriver, dialers: NodeDialers, nodes: WatchedNodes, outages: PartOutages) {
    this.#cluster = cluster;
    this.#dialers = dialers;
    this.#nodes = nodes;
    this.#outages = outages;
  }

  /** Connects to the lost nodes and, unless too many primaries are lost, to the replicas of lost primaries. */
  dial(): void {
    for (const address of this.#lost()) this.dialOne(address);
    for (const address of this.#replicas()) this.#connectTo(address);
  }

  /** Connects to the node at this address, if it serves slots. */
  dialOne(address: string): void {
    if (this.#cluster.serving().has(address)) this.#connectTo(address);
  }

  /** Returns those replicas of lost primaries that can be asked whether they have taken over. */
  candidates(): readonly NodeDriver[] {
    const replicas = this.#replicas();
    if (replicas.size === 0) return [];
    return this.#nodes.answering(this.#cluster.nodes().filter(({ address }) => replicas.has(address)));
  }

  #lost(): readonly string[] {
    return this.#outages.lostAmong(this.#cluster.serving());
  }

  #replicas(): ReadonlySet<string> {
    const lost = this.#outages.lostAmong(this.#cluster.owners());
    if (lost.length > maxLostPrimaries) return new Set();
    return new Set(lost.flatMap((address) => this.#cluster.replicasOf(address)));
  }

  #connectTo(address: string): void {
    if (this.#cluster.isReady && this.#dialers.of(address).refusal() === undefined)
      this.#cluster.connectTo(address);
  }
}
