import type { Clock } from '../clock.ts';
import type { Driver } from './driver.ts';
import type { DriverCommand, SendCommand } from './driver-command.ts';
import type { Leave } from './leave.ts';

/** Events of a cluster client, in addition to those of its nodes. */
export type ClusterEvent =
  | 'connecting'
  | 'ready'
  /** No connection is left, although the application has not told the client to close them. */
  | 'close'
  | 'end'
  /** The client has read the slots. */
  | 'slots-read'
  /** The connection to a node failed. */
  | 'node-error'
  /** The client could not reach any node, or, while it is ready, a subscriber of shard channels failed. */
  | 'error';

/** A range of consecutive slots, including both ends, and the nodes that serve them, with the primary first. */
export interface SlotRange {
  readonly first: number;
  readonly last: number;
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
}

export interface ShardChannels {
  /** The shard channels to which a client must be subscribed. */
  readonly wanted: ReadonlySet<string>;
  /**
   * The shard channels to which the client is subscribed at the present owner of their slot, each with the connection
   * to that owner. A message reaches only the owner of its channel's slot, so a subscription at any other node does not
   * count.
   */
  readonly standing: ReadonlyMap<string, NodeDriver>;
}

/** One node of a cluster, as the cluster client connects to it. */
export interface NodeDriver extends Driver {
  /** Name of the node in the slot map: `host:port`. */
  readonly address: string;
  /** Whether the client regards the node as a replica. */
  readonly isReplica: boolean;
  /** Connects to the node now, unless the client has already done so. */
  connectNow(): void;
  /**
   * Rejects the commands that wait for the connection and for which `matches` returns true, except those of pipelines.
   */
  rejectWaiting(matches: (command: DriverCommand) => boolean, error: Error): void;
  /**
   * Rejects the commands that have been written and not yet answered, and for which `matches` returns true, except
   * those of pipelines. Their replies, if they come, are discarded.
   */
  rejectSent(matches: (command: DriverCommand) => boolean, error: Error): void;
}

/** The options with which the client would connect to a startup node. */
export type NodeOptions = Readonly<Record<string, unknown>>;

/** What is known about each node. */
export interface NodeVerdicts {
  /** Returns whether a node cannot serve calls now. */
  isAway(node: NodeDriver): boolean;
  /** Returns whether the connection to a node was lost, and the node has not been reached since. */
  isLost(node: NodeDriver): boolean;
}

/** Everything that core needs from a cluster client. */
export interface ClusterDriver {
  /** Whether the client knows the slots and sends commands to their nodes. */
  readonly isReady: boolean;
  readonly hasEnded: boolean;
  /** Whether the application has told the client to close, and has not connected it again since. */
  isClosing(): boolean;
  on(event: ClusterEvent, listener: () => void): void;
  /**
   * Call when a node has reported the cluster as up, or if no node can be queried: emits the client's event `ready`,
   * unless it has been emitted already.
   */
  tellReady(): void;

  /** Sends a command as the client itself would, which includes finding the node. */
  readonly send: SendCommand;
  /** Sends one of this library's own commands, which bypasses the `gate` of {@link takeOver}. */
  ask(name: string, args: readonly string[]): Promise<unknown>;
  isHandshake(command: DriverCommand): boolean;
  /** Makes a pipeline look up its node again when it is retried. */
  forgetNode(node: unknown): void;
  /**
   * Routes every command and every failure through `gate`; the client still follows redirections itself. `retryDelay`
   * returns the milliseconds before the client tries to connect again. `leave` is told when the client is to quit, and
   * when it is connected again.
   */
  takeOver(gate: SendCommand, retryDelay: () => number, leave: Leave): void;

  nodes(): readonly NodeDriver[];
  primaries(): readonly NodeDriver[];
  onNodeAdded(listener: (node: NodeDriver) => void): void;
  onNodeRemoved(listener: (node: NodeDriver) => void): void;
  /**
   * Calls `listener` with each connection that the client makes for its subscriptions. Limits how often the client
   * makes a connection for subscriptions, and makes it prefer nodes for which `isAway` returns false.
   */
  onSubscriber(
    listener: (node: NodeDriver) => void,
    isAway: (node: NodeDriver) => boolean,
    clock: Clock,
  ): void;
  /** Calls `onMade` with each connection for shard channels, and `onStopped` when the client no longer uses it. */
  onShardSubscriber(onMade: (node: NodeDriver) => void, onStopped: (node: NodeDriver) => void): void;
  /**
   * Returns the client's shard channels. In the result, `standing` (the subscriptions that exist now) contains only the
   * channels of connections for which `counts` returns true.
   */
  shardChannels(counts: (node: NodeDriver) => boolean): ShardChannels;
  /** Reconnects for shard channels whose connection was lost, and subscribes again to channels that a node refused. */
  renewShardSubscribers(): void;

  /**
   * Whether plain commands (see `FastRoute`) may be written to the primary of their slot directly, without this client.
   */
  readonly isBypassable: boolean;
  /**
   * Returns the primary to which the client would send a command; undefined if any node can serve it, or if the primary
   * is not known.
   */
  primaryFor(command: DriverCommand): NodeDriver | undefined;
  /**
   * Returns the slot of a command or, if `node` is that of a pipeline, the slot of the pipeline; undefined if any node
   * can serve the command.
   */
  slotOf(command: DriverCommand, node: unknown): number | undefined;
  /** Returns the known addresses of a slot's nodes, with the primary first. */
  addressesOf(slot: number): readonly string[];
  /** Whether reads also go to replicas. */
  readonly readsFromReplicas: boolean;
  /**
   * Makes the client send reads that may go to replicas, and commands that any node can serve, only to nodes that are
   * not away, and lists lost nodes to the application only while they are connected. If several nodes could get a
   * command, `random`, which returns a number in [0, 1), selects one of them.
   */
  preferAnswering(verdicts: NodeVerdicts, random: () => number): void;
  /**
   * Returns the known addresses of the nodes that own slots; the set that is returned stays the same object until the
   * slots change.
   */
  owners(): ReadonlySet<string>;
  /** Returns {@link owners} and, if reads also go to replicas, the known addresses of the replicas. */
  serving(): ReadonlySet<string>;
  /** Returns the known addresses of the replicas of the primary at this address. */
  replicasOf(owner: string): readonly string[];
  /** Connects to the node at this address, unless it is connected or connecting. */
  connectTo(address: string): void;

  readSlots(): Promise<void>;
  /**
   * Makes the client call `ask` whenever it needs to read the slots. If `ask` returns many slot ranges, the client
   * processes them over several turns of the event loop, which `clock` schedules.
   */
  readSlotsBy(ask: () => Promise<readonly SlotRange[]>, clock: Clock): void;
  /** The application's time limit, in milliseconds, for a node to return the slot map. */
  readonly slotsTimeoutMs: number;
  /** Adds the cluster's current nodes to its configured startup nodes. */
  rememberNodes(): void;
  /** Returns the options with which the client would connect to each startup node. */
  startupNodes(): readonly NodeOptions[];
  /**
   * Returns the options of these nodes, by default of the configured startup nodes, with their host names resolved now,
   * in the way that the application configured.
   */
  resolveStartupNodes(nodes?: readonly NodeOptions[]): Promise<readonly NodeOptions[]>;

  wake(): void;
  disconnect(): void;
  /**
   * Call before `end()`, so that disconnecting from many nodes does not block the event loop: disconnects from all but
   * a few nodes, over several turns that `clock` schedules.
   */
  endMostNodes(clock: Clock): Promise<void>;
  /** Disconnects for good. Resolves when the client has ended; its sockets may close a moment later. */
  end(): Promise<void>;
}
