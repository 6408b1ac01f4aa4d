import { once } from 'node:events';
import { Command, type Cluster, type Redis } from 'ioredis';
import type { ClusterDriver, ClusterEvent, NodeDriver } from '../driver/cluster-driver.ts';
import type { DriverCommand, SendCommand } from '../driver/driver-command.ts';
import type { DriverConnector } from '../driver/driver-connector.ts';
import type { Driver } from '../driver/driver.ts';
import { clusterInternals, type ClusterInternals } from './cluster-internals.ts';
import { duringDuplicate, wake } from './duplicates.ts';
import { internals } from './internals.ts';
import { checkSlots } from './check-slots.ts';
import { IoredisNode } from './node-driver.ts';
import { ownSendOf } from './own-send.ts';
import { RedisDriver } from './redis-driver.ts';
import { readStartupNodes, rememberNodes, startupNodeOptions } from './startup-nodes.ts';

const eventNames: Readonly<Record<ClusterEvent, string>> = {
  connecting: 'connecting',
  ready: 'ready',
  close: 'close',
  end: 'end',
  'slots-read': 'refresh',
  'node-error': 'node error',
  error: 'error',
};

/** One ioredis cluster client, as core drives it. */
export class IoredisCluster implements ClusterDriver {
  readonly send: SendCommand;
  readonly #cluster: Cluster;

  constructor(cluster: Cluster) {
    readStartupNodes(cluster);
    this.#cluster = cluster;
    this.send = ownSendOf(cluster);
  }

  get isReady(): boolean {
    return this.#cluster.status === 'ready';
  }

  get hasEnded(): boolean {
    return this.#cluster.status === 'end';
  }

  on(event: ClusterEvent, listener: () => void): void {
    this.#cluster.on(eventNames[event], listener);
  }

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

  /**
   * By itself, ioredis counts redirections over all attempts, and reports too many of them as an error of its own,
   * which hides the answer of the last node. Here each attempt counts from zero, and the gate gets the answer of the
   * node.
   */
  takeOver(gate: SendCommand, retryDelay: () => number): void {
    const target = clusterInternals(this.#cluster);
    const handleError = target.handleError.bind(this.#cluster);
    target.handleError = (error, redirections, handlers) => {
      const toGate = (): void => {
        delete redirections.value;
        handlers.defaults();
      };
      handleError(error, redirections, { ...handlers, maxRedirections: toGate, defaults: toGate });
    };
    Object.assign(target.options, {
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      enableOfflineQueue: true,
      enableAutoPipelining: false,
      clusterRetryStrategy: retryDelay,
      // The nodes are asked for the slots one after the other: one that hangs must not hold up the rest.
      slotsRefreshTimeout: 300,
    });
    internals(this.#cluster).sendCommand = gate;
  }

  nodes(): readonly NodeDriver[] {
    return this.#cluster.nodes().map((node) => IoredisNode.of(node));
  }

  primaries(): readonly NodeDriver[] {
    return this.#cluster.nodes('master').map((node) => IoredisNode.of(node));
  }

  onNodeAdded(listener: (node: NodeDriver) => void): void {
    this.#cluster.on('+node', (node: Redis) => listener(IoredisNode.of(node)));
  }

  onNodeRemoved(listener: (node: NodeDriver) => void): void {
    this.#cluster.on('-node', (node: Redis) => listener(IoredisNode.of(node)));
  }

  onSubscriber(listener: (node: NodeDriver) => void): void {
    const { subscriber } = clusterInternals(this.#cluster);
    if (subscriber === undefined) return;
    const original = subscriber.selectSubscriber.bind(subscriber);
    subscriber.selectSubscriber = () => {
      original();
      const instance = subscriber.getInstance();
      if (instance !== null) listener(IoredisNode.of(instance));
    };
  }

  owners(): ReadonlySet<string> {
    const addresses = new Set<string>();
    let last: readonly string[] | undefined;
    for (const keys of clusterInternals(this.#cluster).slots) {
      // Neighbouring slots share one list object.
      if (keys !== last && keys?.[0] !== undefined) addresses.add(keys[0]);
      last = keys;
    }
    return addresses;
  }

  readSlots(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#cluster.refreshSlotsCache((error) => (error ? reject(error) : resolve()));
    });
  }

  beforeSlots(
    prepare: (node: NodeDriver) => 'skip' | Promise<unknown> | undefined,
    connectorOf: (asking: Driver) => DriverConnector,
  ): void {
    const target = clusterInternals(this.#cluster);
    const own = target.getInfoFromNode.bind(this.#cluster);
    const getInfoFromNode: ClusterInternals['getInfoFromNode'] = (node, callback) => {
      if (node === undefined) own(node, callback);
      else
        duringDuplicate(
          node,
          (asking) => {
            internals(asking).connector = connectorOf(new RedisDriver(asking));
            checkSlots(asking);
          },
          () => own(node, callback),
        );
    };
    target.getInfoFromNode = (node, callback) => {
      const prepared = node === undefined ? undefined : prepare(IoredisNode.of(node));
      if (prepared === 'skip') callback(new Error('The node is known to be away.'));
      else if (prepared === undefined) getInfoFromNode(node, callback);
      else prepared.then(() => getInfoFromNode(node, callback), callback);
    };
  }

  rememberNodes(): void {
    rememberNodes(this.#cluster);
  }

  startupNodes(): readonly Readonly<Record<string, unknown>>[] {
    return startupNodeOptions(this.#cluster);
  }

  wake(): void {
    wake(this.#cluster);
  }

  disconnect(): void {
    this.#cluster.disconnect();
  }

  // With no node left, ioredis would wait for ever after `disconnect()`. A node that ends late would leave an ended
  // cluster in the state `close`: that is what `settleEnded` is for.
  async end(): Promise<void> {
    const target = clusterInternals(this.#cluster);
    if (target.status === 'end') return;
    const ended = once(this.#cluster, 'end');
    this.#cluster.disconnect();
    if (target.status === 'disconnecting' && target.nodes().length === 0) {
      target.setStatus('close');
      target.handleCloseEvent();
    }
    await ended;
  }

  settleEnded(): void {
    clusterInternals(this.#cluster).status = 'end';
  }
}
