import type { Cluster, Redis } from 'ioredis';

/**
 * The private parts of a cluster client that this folder uses. The contract test that checks `Internals` also checks
 * these parts.
 */
export interface ClusterInternals {
  status: string;
  /** Whether the application has told the client to close its connections. */
  manuallyClosing: boolean;
  readonly options: Record<string, unknown>;
  setStatus(status: string): void;
  connect(): Promise<void>;
  /** Asks a node whether the cluster is up. If it is not, ioredis connects again, and `connect()` never settles. */
  readyCheck(callback: () => void): void;
  readonly slots: (readonly string[] | undefined)[];
  /**
   * `_groupsBySlot` contains the number of the group of nodes that serves each slot. `_groupsIds` contains the number
   * of each group, keyed by the addresses of its nodes.
   */
  readonly _groupsBySlot: (number | undefined)[];
  _groupsIds: Record<string, number>;
  startupNodes: StartupNode[];
  nodes(role?: NodeRole): Redis[];
  handleError(error: Error, redirections: { value?: number }, handlers: RedirectionHandlers): void;
  handleCloseEvent(): void;
  disconnect(reconnect?: boolean): void;
  quit(callback?: unknown): Promise<unknown>;
  natMapper(place: { host: string; port: number }): { host: string; port: number };
  refreshSlotsCache(callback?: (error?: Error | null) => void): void;
  resolveStartupNodeHostnames(): Promise<StartupNode[]>;
  readonly connectionPool: {
    clusterNodeRetryStrategy?: unknown;
    getInstanceByKey(key: string): Redis | undefined;
    removeNode(key: string): void;
    getNodes(role?: NodeRole): Redis[];
    getSampleInstance(role: NodeRole): Redis | undefined;
    findOrCreate(node: { host: string; port: number }, readOnly?: boolean): Redis;
  };
  emit(event: string, ...args: unknown[]): boolean;
  subscriber: Subscriber | undefined;
  readonly shardedSubscribers: ShardSubscriberGroup | undefined;
}

export type NodeRole = 'all' | 'master' | 'slave';

/** The connection for channels and patterns. */
export interface Subscriber {
  /** The nodes from which ioredis chooses the one that carries the subscriptions. */
  connectionPool: { getNodes(): Redis[] };
  selectSubscriber(): void;
  getInstance(): Redis | null;
  isStarted(): boolean;
}

/** For each slot, the addresses of the nodes that serve the slot, with the primary first. */
export type SlotOwners = readonly (readonly string[] | undefined)[];

/** The connections for shard channels. */
export interface ShardSubscriberGroup {
  readonly shardedSubscribers: Map<string, ShardSubscriber>;
  /** Subscribed channels, keyed by slot. */
  readonly channels: Map<number, readonly (string | Buffer)[]>;
  /** This method exists from ioredis 5.7 on. */
  handleSubscriberConnectFailed?: () => void;
  reset?(slots: readonly unknown[], nodes: readonly Redis[]): Promise<void>;
  /** The owners of the slots that were passed to the last `reset`. */
  readonly clusterSlots: SlotOwners;
  _slotsAreEqual?: (slots: SlotOwners) => boolean;
}

/** One connection for shard channels. */
export interface ShardSubscriber {
  getInstance(): Redis | null;
  stop(): void;
  /** This method exists from ioredis 5.7 on; its promise settles when the connection is made, or has failed. */
  start?: () => Promise<void>;
  /** This method exists only before ioredis 5.7. */
  selectSubscriber?: () => void;
}

export interface StartupNode {
  host?: string;
  port?: number;
}

export interface RedirectionHandlers {
  /** Rejects the command with the error. */
  defaults(): void;
  maxRedirections(error: Error): void;
}

export const clusterInternals = (cluster: Cluster): ClusterInternals =>
  cluster as unknown as ClusterInternals;
