import type { CauseCode } from '../cause.ts';
import { plainConnector } from '../connection/plain-connector.ts';
import { giveCredentials } from '../connection/reauthenticate.ts';
import { debug } from '../observability/debug.ts';
import type { ClusterDriver, NodeDriver } from '../driver/cluster-driver.ts';
import type { ClusterFlushes } from './cluster-flushes.ts';
import { ClusterNode, type ClusterNodeParts, type NodeNews } from './cluster-node.ts';
import { SlotWatch, type SlotNews } from './slot-watch.ts';
import { WatchedNodes } from './watched-nodes.ts';

/** What was found out about a cluster as a whole. */
export type TopologyNews =
  | Exclude<SlotNews, 'new-epoch'>
  /** More or fewer of the keys can be reached than before. */
  | 'parts-changed';

export interface TopologyParts extends ClusterNodeParts {
  readonly clusterFlushes: ClusterFlushes;
}

/** The nodes of a cluster, each with its connection, and the slots, which are read again while there is trouble. */
export class ClusterTopology {
  readonly nodes: WatchedNodes;
  readonly #cluster: ClusterDriver;
  readonly #parts: TopologyParts;
  readonly #slotWatch: SlotWatch;
  readonly #tell: (news: TopologyNews) => void;
  #partlyAwayBy: CauseCode | undefined;

  constructor(cluster: ClusterDriver, parts: TopologyParts, tell: (news: TopologyNews) => void) {
    this.#cluster = cluster;
    this.#parts = parts;
    this.#tell = tell;
    const { clock, random, connection } = parts.settings;
    this.nodes = new WatchedNodes(
      (node) => this.#watchOver(node),
      () => this.#slotWatch.trouble(),
    );
    const answers = (node: NodeDriver): boolean => node.status === 'ready' && !this.nodes.isSilent(node);
    this.#slotWatch = new SlotWatch(cluster, clock, random, connection.minPeriodMs, answers, (news) =>
      this.#onSlotNews(news),
    );
    cluster.beforeSlots(
      (node) => this.#beforeSlots(node),
      (asking) => plainConnector(asking, parts.open, connection.maxReplyBytes),
    );
    cluster.onSubscriber((subscriber) => this.nodes.watch(subscriber));
    cluster.onNodeAdded((node) => this.nodes.watch(node));
    cluster.onNodeRemoved((node) => this.nodes.forget(node));
    for (const node of cluster.nodes()) this.nodes.watch(node);
    cluster.on('slots-read', () => this.#onSlots());
    cluster.on('node-error', () => this.#slotWatch.trouble());
  }

  /** Why some keys cannot be reached although the rest can. */
  get partlyAwayBy(): CauseCode | undefined {
    return this.#partlyAwayBy;
  }

  /** Whether the nodes said that the cluster is down, and none has said since that it is up. */
  get isDown(): boolean {
    return this.#slotWatch.isAwaitingState;
  }

  /** Something went wrong: the slots may have moved. */
  trouble(): void {
    this.#slotWatch.trouble();
  }

  /** A node said that the cluster is down: the others are asked. */
  checkState(): void {
    void this.#slotWatch.checkState();
  }

  stop(): void {
    this.#slotWatch.stop();
  }

  #watchOver(node: NodeDriver): ClusterNode {
    const watched: ClusterNode = new ClusterNode(node, this.#parts, (news) =>
      this.#onNodeNews(news, watched),
    );
    return watched;
  }

  #onNodeNews(news: NodeNews, { connection }: ClusterNode): void {
    switch (news) {
      case 'bytes-read':
        this.#parts.clusterFlushes.lastReadAt = connection.wire.readAt;
        return;
      case 'bytes-written':
        this.#parts.clusterFlushes.lastWriteAt = connection.wire.writtenAt;
        return;
      case 'trouble':
        this.#slotWatch.trouble();
        this.#judgeParts();
        return;
      case 'found':
        this.#judgeParts();
        return;
      default:
        news satisfies never;
    }
  }

  #onSlotNews(news: SlotNews): void {
    if (news !== 'new-epoch') this.#tell(news);
    else debug('%s: the cluster has a new epoch, its slots are read', this.#parts.settings.name);
  }

  #beforeSlots(node: NodeDriver): 'skip' | Promise<unknown> | undefined {
    // A node that is away is asked for the slots only where there is no other.
    const isLost = this.#parts.dialers.isAway(node.address) && this.nodes.readyCount > 0;
    if (isLost || this.nodes.isSilent(node)) return 'skip';
    // The driver asks over a connection of its own, which takes its credentials from the options of the node.
    const { credentials, settings } = this.#parts;
    return credentials.source === undefined ? undefined : giveCredentials(node, credentials, settings);
  }

  #onSlots(): void {
    this.#cluster.rememberNodes();
    this.#judgeParts();
    if (this.#partlyAwayBy === undefined) return;
    this.#slotWatch.trouble();
    // Its keys may not be needed for a long time: connecting to it here shows when it is back.
    for (const node of this.#cluster.primaries()) node.connectNow();
  }

  #judgeParts(): void {
    const before = this.#partlyAwayBy;
    this.#partlyAwayBy = this.#parts.dialers.firstCauseAmong(this.#cluster.owners());
    if (this.#partlyAwayBy !== before) this.#tell('parts-changed');
  }
}
