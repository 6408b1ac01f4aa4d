import type { Clock } from '../../clock.ts';
import type { SubscriptionNews } from '../../connection/subscriptions.ts';
import type { ClusterDriver, NodeDriver } from '../../driver/cluster-driver.ts';
import type { ClusterNode, NodeNews } from '../cluster-node.ts';
import { ShardGaps } from './shard-gaps.ts';
import { SubscriberGaps } from './subscriber-gaps.ts';

/** What a connection carries: calls, channels and patterns, or one node's shard channels. */
export type NodeRole = 'calls' | 'channels' | 'shard-channels';

/** Watches the connections that carry a cluster client's subscriptions, and reports gaps in them. */
export class SubscriberWatch {
  readonly #cluster: ClusterDriver;
  readonly #clock: Clock;
  readonly #gaps: SubscriberGaps;
  readonly #shards: ShardGaps;
  /** Connections that are known to be lost, even if the driver has not noticed yet. */
  readonly #lost = new WeakSet<NodeDriver>();

  constructor(cluster: ClusterDriver, clock: Clock, tell: (news: SubscriptionNews) => void) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#gaps = new SubscriberGaps(clock, tell);
    this.#shards = new ShardGaps(clock, tell);
  }

  /** Whether a subscription to a shard channel is lost. */
  get isIncomplete(): boolean {
    return this.#shards.isAnyMissing;
  }

  onNews({ kind }: NodeNews, node: NodeDriver, { connection }: ClusterNode, role: NodeRole): void {
    if (role === 'shard-channels') {
      if (kind === 'lost') {
        this.#lost.add(node);
        this.#checkShards(connection.wire.readAt);
      }
      // These bytes may be the reply that completes a subscription.
      else if (kind === 'bytes-read' && (node.unansweredCount() > 0 || this.isIncomplete))
        queueMicrotask(() => this.checkShards());
    } else if (kind === 'found') void this.#gaps.found(node);
    else if (kind === 'lost') this.#gaps.lost(node, connection.wire.readAt);
  }

  /** Call when the slots have been read, because shard channels may have moved with them. */
  checkShards(): void {
    this.#checkShards(this.#clock.now());
  }

  /** Call at each check of the cluster: reconnects if a subscription to a shard channel has been lost. */
  look(): void {
    if (this.isIncomplete) this.#cluster.renewShardSubscribers();
  }

  #checkShards(heardAt: number): void {
    this.#shards.check(
      this.#cluster.shardChannels((node) => !this.#lost.has(node)),
      heardAt,
    );
  }
}
