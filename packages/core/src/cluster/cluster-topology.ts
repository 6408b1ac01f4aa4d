import type { CauseCode } from '../cause.ts';
import type { PartAway } from '../command/dispatch.ts';
import type { LaneCircuits } from '../circuit/lane-circuits.ts';
import { debug } from '../observability/debug.ts';
import type { ClusterDriver, NodeDriver } from '../driver/cluster-driver.ts';
import type { Lane } from '../snapshot.ts';
import { askNode } from './nodes/ask-node.ts';
import { BlockedNodes } from './nodes/blocked-nodes.ts';
import { ClusterNode } from './nodes/cluster-node.ts';
import { NodeCircuits } from './nodes/node-circuits.ts';
import type { NodeNews } from './nodes/node-news.ts';
import { partOutages, type PartOutages } from './part-outages.ts';
import { SlotReader } from './slot-reader.ts';
import { FailoverSigns } from './slots/failover-signs.ts';
import { SlotWatch, type SlotNews } from './slots/slot-watch.ts';
import { SubscriberWatch, type NodeRole } from './subscribers/subscriber-watch.ts';
import type { TopologyNews } from './topology-news.ts';
import type { TopologyParts } from './topology-parts.ts';
import { Redialing } from './nodes/redialing.ts';
import { watchAll, WatchedNodes } from './nodes/watched-nodes.ts';

/**
 * Keeps track of a cluster: its nodes with their connections and circuit breakers, the owners of its slots, and which
 * nodes and slots are unavailable. While anything is wrong, lost nodes are redialed and the slots are reread.
 */
export class ClusterTopology {
  readonly nodes: WatchedNodes;
  readonly #cluster: ClusterDriver;
  readonly #parts: TopologyParts;
  readonly #outages: PartOutages;
  readonly #circuits: NodeCircuits;
  readonly #reader: SlotReader;
  readonly #subscribers: SubscriberWatch;
  readonly #slotWatch: SlotWatch;
  readonly #redialing: Redialing;
  readonly #blocked: BlockedNodes;
  readonly #tell: (news: TopologyNews) => void;

  constructor(cluster: ClusterDriver, parts: TopologyParts, tell: (news: TopologyNews) => void) {
    this.#cluster = cluster;
    this.#parts = parts;
    this.#tell = tell;
    const { clock, random, connection } = parts.settings;
    this.#outages = partOutages(parts.settings);
    this.#subscribers = new SubscriberWatch(cluster, clock, (news) => {
      if (news.kind === 'channels-lost') this.#slotWatch.nodeAway(true);
      else tell(news);
    });
    this.#circuits = new NodeCircuits(
      parts.settings,
      (...question) => askNode(cluster, ...question),
      () => this.#tell({ kind: 'parts-changed' }),
    );
    this.nodes = new WatchedNodes(this.#watchOver, (address) => this.#onNodeGone(address));
    this.#redialing = new Redialing(cluster, parts.dialers, this.nodes, this.#outages);
    const signs = new FailoverSigns();
    this.#reader = new SlotReader(cluster, parts, this.nodes, signs, tell);
    this.#slotWatch = new SlotWatch(
      cluster,
      {
        clock,
        random,
        periodMs: connection.minPeriodMs / 2,
        answering: () => this.nodes.answering(this.#cluster.primaries()),
        candidates: () => this.#redialing.candidates(),
        signs,
        isAwaited: parts.isAwaited,
        isPartAway: () => !this.#outages.isEmpty || this.#subscribers.isIncomplete,
      },
      (news) => this.#onSlotNews(news),
    );
    cluster.readSlotsBy(() => this.#reader.read(), clock);
    const isLost = (node: NodeDriver): boolean => this.#outages.isLost(node.address);
    const isAway = (node: NodeDriver): boolean => isLost(node) || this.nodes.isAway(node);
    cluster.preferAnswering({ isAway, isLost }, random);
    this.#blocked = new BlockedNodes(cluster, this.nodes, parts.settings, () => this.trouble(true));
    watchAll(cluster, this.nodes, isAway, clock);
    cluster.on('slots-read', () => this.#onSlots());
    cluster.on('node-error', () => this.trouble());
  }

  /** Why some or all calls cannot be served; undefined if all calls can be served. */
  get partlyAwayBy(): CauseCode | undefined {
    const owners = this.#cluster.owners();
    return this.#outages.causeAmong(owners) ?? this.#circuits.causeAmong(owners);
  }

  /** Whether no call can be served. */
  get isAllAway(): boolean {
    return this.#outages.isAllAway(this.#cluster.owners());
  }

  /** Whether all nodes and slots are available. */
  get isWhole(): boolean {
    return this.#outages.isEmpty;
  }

  /** Why the last attempt to read the slots failed; undefined if it succeeded. */
  get readingFailure(): CauseCode | undefined {
    return this.#reader.failure;
  }

  partAway(slot: number | undefined, lane: Lane): PartAway | undefined {
    if (slot === undefined || this.#outages.isEmpty) return undefined;
    const addresses = this.#cluster.addressesOf(slot);
    const isForAll = lane === 'read' && this.#cluster.readsFromReplicas;
    return this.#outages.of(slot, isForAll ? addresses : addresses.slice(0, 1), lane);
  }

  /** Returns the circuit breakers of this slot's primary; they also apply to reads from the primary's replicas. */
  circuitsOf(slot: number | undefined): LaneCircuits {
    return this.#circuits.of((slot === undefined ? undefined : this.#cluster.addressesOf(slot)[0]) ?? '');
  }

  /** Call when a command or a connection has failed. With `isNew`, the slots are reread even if they are recent. */
  trouble(isNew = false): void {
    this.#slotWatch.nodeAway(isNew);
  }

  /** Call when this slot's node refuses commands, or only writes (`isOfWrites`), because the cluster is down. */
  saysDown(slot: number | undefined, isOfWrites: boolean): void {
    const address = slot === undefined ? undefined : this.#cluster.addressesOf(slot)[0];
    const now = this.#parts.settings.clock.now();
    if (address !== undefined) {
      if (!this.#outages.isDown(address)) this.#outages.failoverSeen(now);
      if (!this.#outages.down(address, isOfWrites, now)) return this.#slotWatch.trouble();
    }
    void this.#slotWatch.checkStates();
    this.#tell({ kind: 'parts-changed' });
  }

  /** Call when a node replied that this slot is not served by any node. */
  saysUncovered(slot: number | undefined): void {
    const isNew = slot === undefined || this.#outages.uncovered(slot, this.#parts.settings.clock.now());
    this.#slotWatch.trouble();
    if (isNew) this.#tell({ kind: 'parts-changed' });
  }

  /** Asks up to eight responsive nodes whether the cluster is up. Resolves with false if any reports it as down. */
  checkStates(): Promise<boolean> {
    return this.#slotWatch.checkStates();
  }

  /** Call after the process itself has stalled: discards the failure counts, which say nothing about the nodes. */
  discardCounts(): void {
    this.#circuits.discardCounts();
  }

  stop(): void {
    this.#outages.retain(new Set());
    this.#slotWatch.stop();
    this.#blocked.stop();
    this.#reader.stop();
    this.#circuits.stop();
  }

  readonly #watchOver = (node: NodeDriver, role: NodeRole): ClusterNode => {
    const cluster = this.#cluster;
    const circuits = (): LaneCircuits => this.#circuits.of(node.address);
    const inCluster = { cluster, circuits, hasReadsElsewhere: role === 'calls' && cluster.readsFromReplicas };
    const watched: ClusterNode = new ClusterNode(node, this.#parts, inCluster, (news) => {
      if (role === 'calls') return this.#onNodeNews(news, watched, node);
      // The loss of a connection for subscriptions says nothing about the node's connection for calls.
      this.#subscribers.onNews(news, node, watched, role);
      if (news.kind === 'lost' || news.kind === 'away') this.#slotWatch.trouble();
    });
    return watched;
  };

  #onNodeNews(news: NodeNews, { connection, address }: ClusterNode, { isReplica }: NodeDriver): void {
    const { clusterFlushes, settings } = this.#parts;
    switch (news.kind) {
      case 'bytes-read':
        return clusterFlushes.noteRead(connection.wire.readAt);
      case 'bytes-written':
        return clusterFlushes.noteWrite(connection.wire.writtenAt);
      case 'blocked':
        return this.#blocked.watch();
      case 'doubtful':
        return this.#slotWatch.nodeAway(true);
      case 'lost':
      case 'away': {
        // The loss of a replica that serves no reads affects no call.
        if (isReplica && !this.#cluster.serving().has(address)) return;
        // If the client has not been closed, the driver closed this connection by itself, so the connection is lost.
        if (news.cause === 'closed' && !this.#cluster.isReady) return;
        const cause = news.cause === 'closed' ? 'connection-reset' : news.cause;
        const isNew = this.#outages.lost(address, cause, news.kind === 'away', settings.clock.now());
        this.#slotWatch.nodeAway(isNew);
        return this.#tell({ kind: 'parts-changed' });
      }
      case 'found':
        this.#outages.found(address);
        this.#circuits.found(address);
        return this.#tell({ kind: 'parts-changed' });
      default:
        news satisfies never;
    }
  }

  #onNodeGone(address: string): void {
    // A cluster client that is not ready is being closed, or is looking for the cluster again.
    if (!this.#cluster.isReady) return;
    this.#slotWatch.trouble();
    // The node is dialed only after the driver has processed its loss, because it may have been the last node.
    this.#parts.settings.clock.setImmediate(() => this.#redialing.dialOne(address));
  }

  #onSlotNews(news: SlotNews): void {
    const now = this.#parts.settings.clock.now();
    switch (news.kind) {
      case 'state':
        if (news.isUp) this.#cluster.tellReady();
        if (!this.#cluster.serving().has(news.address)) return;
        if (news.isUp === !this.#outages.isDown(news.address)) return;
        if (news.isUp) this.#outages.up(news.address);
        else this.#outages.downToo(news.address, now);
        return this.#tell({ kind: 'parts-changed' });
      case 'failover':
        debug('%s: a failover is seen, the slots are read', this.#parts.settings.name);
        this.#outages.failoverSeen(now);
        if (news.isOver) this.#reader.prefer(news.address);
        return;
      case 'look':
        this.#subscribers.look();
        return this.#redialing.dial();
      case 'slots-read':
        return this.#tell(news);
      case 'unreachable':
        if (this.nodes.answering(this.#cluster.primaries()).length > 0) return;
        return this.#tell({ kind: 'unreachable', cause: this.#reader.failure ?? 'connection-reset' });
      default:
        news satisfies never;
    }
  }

  #onSlots(): void {
    this.#cluster.rememberNodes();
    const owners = this.#cluster.owners();
    this.#outages.retain(this.#cluster.serving());
    this.#circuits.retain(owners);
    this.#reader.judge(this.#outages.lostAmong(owners).length === 0);
    for (const slot of this.#outages.uncoveredSlots)
      if (this.#reader.covers(slot)) this.#outages.covered(slot);
    this.#subscribers.checkShards();
    this.#tell({ kind: 'parts-changed' });
  }
}
