import type { Clock, TimerHandle } from '../../clock.ts';
import type { SubscriptionNews } from '../../connection/subscriptions.ts';
import type { ClusterDriver, NodeDriver } from '../../driver/cluster-driver.ts';
import type { ClusterNode } from '../nodes/cluster-node.ts';
import type { NodeNews } from '../nodes/node-news.ts';
import { ShardGaps } from './shard-gaps.ts';
import { SubscriberGaps } from './subscriber-gaps.ts';
import { runSoon } from '../../event-loop/soon.ts';

/**
 * What a connection is used for: commands (`calls`), subscriptions to channels and patterns (`channels`), or
 * subscriptions to the shard channels of one node (`shard-channels`).
 */
export type NodeRole = 'calls' | 'channels' | 'shard-channels';

/** A report from a `SubscriberWatch`. */
export type SubscriberNews =
  | SubscriptionNews
  /** Shard channels are no longer subscribed to: their slots have moved, or their node is lost. */
  | { readonly kind: 'channels-lost' };

/**
 * Bytes that are not a reply may report that a node no longer serves a channel, so the shard channels are checked after
 * such bytes, but at most once in this many milliseconds.
 */
const checkPeriodMs = 100;

/**
 * Watches the connections that carry a cluster client's subscriptions, and reports gaps during which no message could
 * arrive.
 */
export class SubscriberWatch {
  readonly #cluster: ClusterDriver;
  readonly #clock: Clock;
  readonly #gaps: SubscriberGaps;
  readonly #shards: ShardGaps;
  readonly #tell: (news: SubscriberNews) => void;
  #checkedAt = -Infinity;
  #timer: TimerHandle | undefined;
  /** When bytes were last read over each connection for shard channels. */
  readonly #readAt = new WeakMap<NodeDriver, number>();
  /** Connections that are known to be lost, even if the driver has not noticed yet. */
  readonly #lost = new WeakSet<NodeDriver>();

  constructor(cluster: ClusterDriver, clock: Clock, tell: (news: SubscriberNews) => void) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#tell = tell;
    this.#gaps = new SubscriberGaps(clock, tell);
    this.#shards = new ShardGaps(clock, tell);
    cluster.on('end', () => this.#clearTimer());
  }

  /** Whether a subscription to a shard channel is lost. */
  get isIncomplete(): boolean {
    return this.#shards.isAnyMissing;
  }

  onNews({ kind }: NodeNews, node: NodeDriver, { connection }: ClusterNode, role: NodeRole): void {
    if (role === 'shard-channels') {
      if (kind === 'lost') {
        this.#lost.add(node);
        this.checkShards();
      } else if (kind === 'bytes-read') this.#onRead(node, connection.wire.readAt);
    } else if (kind === 'found') void this.#gaps.found(node);
    else if (kind === 'lost') this.#gaps.lost(node, connection.wire.readAt);
  }

  /** Call after the slot table has been refreshed: a shard channel moves with its slot. */
  checkShards(): void {
    const wasIncomplete = this.isIncomplete;
    this.#checkedAt = this.#clock.now();
    this.#shards.check(
      this.#cluster.shardChannels((node) => !this.#lost.has(node)),
      (node) => this.#readAt.get(node) ?? this.#checkedAt,
    );
    if (this.isIncomplete && !wasIncomplete) this.#tell({ kind: 'channels-lost' });
  }

  /** Call at each check of the cluster: reconnects if a subscription to a shard channel has been lost. */
  look(): void {
    if (this.isIncomplete) this.#cluster.renewShardSubscribers();
  }

  // Bytes from a subscriber may confirm a subscription, or report that a channel is gone, but most of them are
  // messages, after which nothing has to be checked.
  #onRead(node: NodeDriver, readAt: number): void {
    this.#readAt.set(node, readAt);
    const isAnswer = node.unansweredCount() > 0 || this.isIncomplete;
    const dueInMs = this.#checkedAt + checkPeriodMs - readAt;
    if (isAnswer || dueInMs <= 0) runSoon(() => this.checkShards());
    else this.#checkIn(dueInMs);
  }

  // The bytes just read may be the last that the node sends, so the check must not wait until more bytes are read.
  #checkIn(delayMs: number): void {
    if (!this.#cluster.isReady || this.#timer !== undefined) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.checkShards();
    }, delayMs);
    this.#timer.unref?.();
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
