import type { ClusterDriver, NodeDriver } from '../../driver/cluster-driver.ts';
import type { PartOutages } from '../part-outages.ts';
import type { NodeDialers } from './node-dialers.ts';
import type { WatchedNodes } from './watched-nodes.ts';

/**
 * If more primaries than this are lost at the same time, their replicas are not connected to: most likely, it is this
 * process that is cut off.
 */
const maxLostPrimaries = 8;

/**
 * Connects to nodes that no call can use yet: to lost ones, so that their recovery is noticed, and to the replicas of
 * lost primaries, so that calls can be sent to the one that takes over as soon as it does.
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

  /** Connects to the lost nodes and, if they are primaries and not too many, to their replicas. */
  dial(): void {
    for (const address of this.#lost()) this.dialOne(address);
    for (const address of this.#replicas()) this.#connectTo(address);
  }

  /** Connects to a node that serves slots. */
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
    const lost = this.#lost();
    if (lost.length > maxLostPrimaries) return new Set();
    return new Set(lost.flatMap((address) => this.#cluster.replicasOf(address)));
  }

  #connectTo(address: string): void {
    if (this.#cluster.isReady && this.#dialers.of(address).refusal() === undefined)
      this.#cluster.connectTo(address);
  }
}
