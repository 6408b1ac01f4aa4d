import type { Clock } from '../../clock.ts';
import type { SubscriptionNews } from '../../connection/subscriptions.ts';
import type { ClusterDriver, NodeDriver } from '../../driver/cluster-driver.ts';
import type { ClusterNode, NodeNews } from '../cluster-node.ts';
import { ShardGaps } from './shard-gaps.ts';
import { SubscriberGaps } from './subscriber-gaps.ts';

/** What a connection carries: calls, channels and patterns, or the shard channels of one node. */
export type NodeRole = 'calls' | 'channels' | 'shard-channels';

/** Watches the connections that carry the subscriptions of a cluster client, and tells their gaps. */
export class SubscriberWatch {
  readonly #cluster: ClusterDriver;
  readonly #clock: Clock;
  readonly #gaps: SubscriberGaps;
  readonly #shards: ShardGaps;
  /** Connections that are lost, whether or not the client has noticed. */
  readonly #lost = new WeakSet<NodeDriver>();

  constructor(cluster: ClusterDriver, clock: Clock, tell: (news: SubscriptionNews) => void) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#gaps = new SubscriberGaps(clock, tell);
    this.#shards = new ShardGaps(clock, tell);
  }

  /** Whether it is not subscribed to a shard channel that it was subscribed to. */
  get isIncomplete(): boolean {
    return this.#shards.isAnyMissing;
  }

  onNews({ kind }: NodeNews, node: NodeDriver, { connection }: ClusterNode, role: NodeRole): void {
    if (role === 'shard-channels') {
      if (kind === 'lost') {
        this.#lost.add(node);
        this.#checkShards(connection.wire.readAt);
      }
      // What is read may be the answer to a subscription; messages are not.
      else if (kind === 'bytes-read' && (node.unansweredCount() > 0 || this.isIncomplete))
        queueMicrotask(() => this.checkShards());
    } else if (kind === 'found') void this.#gaps.found(node);
    else if (kind === 'lost') this.#gaps.lost(node, connection.wire.readAt);
  }

  /** The slots were read: shard channels may have moved with theirs. */
  checkShards(): void {
    this.#checkShards(this.#clock.now());
  }

  /** Connects again for shard channels that it is not subscribed to any more. */
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
