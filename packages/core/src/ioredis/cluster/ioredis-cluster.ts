import { Command, type Cluster, type Redis } from 'ioredis';
import type { Clock } from '../../clock.ts';
import type {
  ClusterDriver,
  ClusterEvent,
  NodeDriver,
  NodeOptions,
  NodeVerdicts,
  ShardChannels,
  SlotRange,
} from '../../driver/cluster-driver.ts';
import type { DriverCommand, SendCommand } from '../../driver/driver-command.ts';
import { chooseSubscriber } from './choose-subscriber.ts';
import { placeOf } from './client-of-node.ts';
import { ClientStatus, type ToldAtOnce } from './client-status.ts';
import { closeCluster } from './close-cluster.ts';
import { clusterInternals } from './cluster-internals.ts';
import { endMostNodes } from './drop-nodes.ts';
import { countRedirectionsOfAttempt } from './redirections.ts';
import { wake } from '../methods/duplicates.ts';
import { hear } from '../methods/hear.ts';
import { internals } from '../internals.ts';
import { spareUnwatched } from '../methods/spare-unwatched.ts';
import { IoredisNode } from './node-driver.ts';
import { ownSendOf } from '../commands/own-send.ts';
import { driversIn, preferAnswering } from './pool-view.ts';
import { ShardSubscribers } from './shard-subscribers.ts';
import { SlotTable } from './slot-table.ts';
import { keepToClient } from '../options/keep-to-client.ts';
import {
  readStartupNodes,
  rememberNodes,
  resolvedStartupNodes,
  startupNodeOptions,
} from './startup-nodes.ts';

const eventNames: Readonly<Record<Exclude<ClusterEvent, ToldAtOnce | 'error'>, string>> = {
  connecting: 'connecting',
  'slots-read': 'refresh',
  'node-error': 'node error',
};

/** Adapts one ioredis cluster client to core's driver interface. */
export class IoredisCluster implements ClusterDriver {
  readonly send: SendCommand;
  readonly #cluster: Cluster;
  readonly #slots: SlotTable;
  readonly #shards: ShardSubscribers;
  readonly #status: ClientStatus;

  constructor(cluster: Cluster) {
    readStartupNodes(cluster);
    this.#cluster = cluster;
    this.#slots = new SlotTable(cluster);
    this.#shards = new ShardSubscribers(clusterInternals(cluster));
    this.#status = new ClientStatus(clusterInternals(cluster));
    this.send = ownSendOf(cluster);
  }

  get isReady(): boolean {
    return this.#cluster.status === 'ready';
  }

  get hasEnded(): boolean {
    return this.#cluster.status === 'end';
  }

  on(event: ClusterEvent, listener: () => void): void {
    if (event === 'ready' || event === 'close' || event === 'end') this.#status.on(event, listener);
    // A real listener is needed, because without one the driver does not emit `error`.
    else if (event === 'error') this.#cluster.on('error', listener);
    else hear(this.#cluster, eventNames[event], listener);
  }

  readonly isClosing = (): boolean => this.#status.isClosing;
  readonly tellReady = (): void => this.#status.tellReady();

  ask(name: string, args: readonly string[]): Promise<unknown> {
    const question = new Command(name, [...args], { replyEncoding: 'utf8' });
    this.send(question as unknown as DriverCommand);
    return question.promise;
  }

  isHandshake(command: DriverCommand): boolean {
    return command.name === 'cluster' && this.#cluster.status === 'connect';
  }

  forgetNode(node: unknown): void {
    if (typeof node === 'object' && node !== null) (node as { redis?: unknown }).redis = undefined;
  }

  takeOver(...[gate, retryDelay, leave]: Parameters<ClusterDriver['takeOver']>): void {
    const target = clusterInternals(this.#cluster);
    countRedirectionsOfAttempt(target);
    spareUnwatched(this.#cluster);
    this.#status.takeOver();
    keepToClient(target.options, {
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      enableOfflineQueue: true,
      enableAutoPipelining: false,
      clusterRetryStrategy: retryDelay,
    });
    closeCluster(target, leave);
    target.connectionPool.clusterNodeRetryStrategy = null;
    internals(this.#cluster).sendCommand = gate;
  }

  nodes(): readonly NodeDriver[] {
    return driversIn(clusterInternals(this.#cluster), 'all');
  }

  primaries(): readonly NodeDriver[] {
    return driversIn(clusterInternals(this.#cluster), 'master');
  }

  onNodeAdded(listener: (node: NodeDriver) => void): void {
    hear(this.#cluster, '+node', (node: Redis) => listener(IoredisNode.of(node)));
  }

  onNodeRemoved(listener: (node: NodeDriver) => void): void {
    hear(this.#cluster, '-node', (node: Redis) => listener(IoredisNode.of(node)));
  }

  onSubscriber(
    listener: (node: NodeDriver) => void,
    isAway: (node: NodeDriver) => boolean,
    clock: Clock,
  ): void {
    const isNodeAway = (node: Redis): boolean => isAway(IoredisNode.of(node));
    chooseSubscriber(this.#cluster, (node) => listener(IoredisNode.of(node)), isNodeAway, clock);
  }

  onShardSubscriber(onMade: (node: NodeDriver) => void, onStopped: (node: NodeDriver) => void): void {
    this.#shards.watch(
      (node) => onMade(IoredisNode.of(node)),
      (node) => onStopped(IoredisNode.of(node)),
    );
  }

  shardChannels(counts: (node: NodeDriver) => boolean): ShardChannels {
    const standing = new Map<string, NodeDriver>();
    for (const [instance, channels] of this.#shards.channelsByOwner()) {
      const node = IoredisNode.of(instance);
      if (node.status !== 'ready' || !counts(node)) continue;
      const subscribed = new Set(node.subscriptions().ssubscribe);
      for (const channel of channels) if (subscribed.has(channel)) standing.set(channel, node);
    }
    return { wanted: this.#shards.wanted(), standing };
  }

  renewShardSubscribers(): void {
    this.#shards.renew(this.shardChannels(() => true).standing);
  }

  slotOf(command: DriverCommand, node: unknown): number | undefined {
    const slot: unknown = (node as { slot?: unknown } | undefined)?.slot;
    if (typeof slot === 'number') return slot;
    return (command as unknown as Command).getSlot() ?? undefined;
  }

  get isBypassable(): boolean {
    const { himportFieldsets } = clusterInternals(this.#cluster).options as { himportFieldsets?: unknown[] };
    return !this.readsFromReplicas && this.send.isWrapped !== true && !himportFieldsets?.length;
  }

  primaryFor(command: DriverCommand): NodeDriver | undefined {
    const { status, slots, connectionPool } = clusterInternals(this.#cluster);
    const slot = status === 'ready' ? (command as unknown as Command).getSlot() : undefined;
    const address = typeof slot === 'number' ? slots[slot]?.[0] : undefined;
    const primary = address === undefined ? undefined : connectionPool.getInstanceByKey(address);
    return primary === undefined ? undefined : IoredisNode.of(primary);
  }

  addressesOf(slot: number): readonly string[] {
    return clusterInternals(this.#cluster).slots[slot] ?? [];
  }

  get readsFromReplicas(): boolean {
    return clusterInternals(this.#cluster).options['scaleReads'] !== 'master';
  }

  preferAnswering(verdicts: NodeVerdicts, random: () => number): void {
    preferAnswering(clusterInternals(this.#cluster), verdicts, random);
  }

  owners(): ReadonlySet<string> {
    return this.#slots.owners();
  }

  serving(): ReadonlySet<string> {
    return this.readsFromReplicas ? this.#slots.nodes() : this.#slots.owners();
  }

  replicasOf(owner: string): readonly string[] {
    return this.#slots.replicasOf(owner);
  }

  connectTo(address: string): void {
    const { connectionPool: pool } = clusterInternals(this.#cluster);
    const known = pool.getInstanceByKey(address);
    IoredisNode.of(known ?? pool.findOrCreate(placeOf(address), !this.owners().has(address))).connectNow();
  }

  readSlots(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#cluster.refreshSlotsCache((error) => (error ? reject(error) : resolve()));
    });
  }

  readSlotsBy(ask: () => Promise<readonly SlotRange[]>, clock: Clock): void {
    this.#slots.readBy(ask, clock);
  }

  get slotsTimeoutMs(): number {
    return Number(clusterInternals(this.#cluster).options['slotsRefreshTimeout']) || 0;
  }

  rememberNodes(): void {
    rememberNodes(this.#cluster);
  }

  startupNodes(): readonly NodeOptions[] {
    return startupNodeOptions(this.#cluster);
  }

  resolveStartupNodes(nodes?: readonly NodeOptions[]): Promise<readonly NodeOptions[]> {
    return resolvedStartupNodes(this.#cluster, nodes);
  }

  wake(): void {
    wake(this.#cluster);
  }

  disconnect(): void {
    this.#cluster.disconnect();
  }

  endMostNodes(clock: Clock): Promise<void> {
    return endMostNodes(clusterInternals(this.#cluster), clock);
  }

  async end(): Promise<void> {
    if (this.hasEnded) return;
    // `once` of node:events is not used: its promise would reject if the cluster emitted `error` before `end`.
    const ended = new Promise<void>((resolve) => this.#cluster.once('end', () => resolve()));
    this.disconnect();
    await ended;
  }
}
