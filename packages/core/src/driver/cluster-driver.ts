import type { Driver } from './driver.ts';
import type { DriverCommand, SendCommand } from './driver-command.ts';

/** Events of a cluster client, beside those of its nodes. */
export type ClusterEvent =
  | 'connecting'
  | 'ready'
  | 'close'
  | 'end'
  /** It read the slots. */
  | 'slots-read'
  /** The connection to a node failed. */
  | 'node-error'
  /** It could not reach any node; or, while it serves, a subscriber of shard channels failed. */
  | 'error';

/** Slots that lie side by side, both ends included, and the nodes that serve them: the primary first. */
export interface SlotRange {
  readonly first: number;
  readonly last: number;
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
}

/** Which shard channels a client wants, and which of them it is subscribed to right now. */
export interface ShardChannels {
  readonly wanted: ReadonlySet<string>;
  readonly standing: ReadonlySet<string>;
}

/** One node of a cluster, as the cluster client connects to it. */
export interface NodeDriver extends Driver {
  /** Its name in the slots: `host:port`. */
  readonly address: string;
  /** Connects now, if it never did. The node's connector reports a failure. */
  connectNow(): void;
}

/** All that core needs of a cluster client. */
export interface ClusterDriver {
  /** Whether it knows the slots, and sends commands to their nodes. */
  readonly isReady: boolean;
  readonly hasEnded: boolean;
  on(event: ClusterEvent, listener: () => void): void;

  /** Sends a command as the client itself would: it finds the node. */
  readonly send: SendCommand;
  /** Sends a command of our own past the gate. */
  ask(name: string, args: readonly string[]): Promise<unknown>;
  isHandshake(command: DriverCommand): boolean;
  /** Lets a pipeline that is sent again find its node again. */
  forgetNode(node: unknown): void;
  /**
   * Puts `gate` before every command, and hands it every failure; the client still follows redirections itself.
   * `retryDelay`: milliseconds before the client tries to connect again.
   */
  takeOver(gate: SendCommand, retryDelay: () => number): void;

  nodes(): readonly NodeDriver[];
  primaries(): readonly NodeDriver[];
  onNodeAdded(listener: (node: NodeDriver) => void): void;
  onNodeRemoved(listener: (node: NodeDriver) => void): void;
  /** Calls `listener` with each connection that the client makes for its subscriptions. */
  onSubscriber(listener: (node: NodeDriver) => void): void;
  /** Calls `onMade` with each connection for shard channels, and `onStopped` when the client uses it no more. */
  onShardSubscriber(onMade: (node: NodeDriver) => void, onStopped: (node: NodeDriver) => void): void;
  /** The shard channels that are wanted, and those that it is subscribed to right now over a connection that counts. */
  shardChannels(counts: (node: NodeDriver) => boolean): ShardChannels;
  /** Connects again for shard channels whose connection was lost. */
  renewShardSubscribers(): void;

  /** The slot of a command, or of the batch that goes to `node`; undefined where any node may take it. */
  slotOf(command: DriverCommand, node: unknown): number | undefined;
  /** Addresses of the nodes of a slot as far as is known, its primary first. */
  addressesOf(slot: number): readonly string[];
  /** Whether reads go to replicas too. */
  readonly readsFromReplicas: boolean;
  /** Has reads that may go to replicas go to nodes that are not away; `random`: which of them, from 0 to 1. */
  readFromAnswering(isAway: (node: NodeDriver) => boolean, random: () => number): void;
  /** Addresses of the nodes that own slots, as far as is known. The same object until the slots change. */
  owners(): ReadonlySet<string>;
  /** Connects to the primary at this address, unless that is connected or connecting. */
  connectTo(address: string): void;

  readSlots(): Promise<void>;
  /** Has the slots read by `ask` whenever the client wants to know them. */
  readSlotsBy(ask: () => Promise<readonly SlotRange[]>): void;
  /** Milliseconds that its user gives a node to answer who owns which slots. */
  readonly slotsTimeoutMs: number;
  /** Adds the present nodes of the cluster to its configured startup nodes. */
  rememberNodes(): void;
  /** The options of each startup node, as the client would connect to it. */
  startupNodes(): readonly Readonly<Record<string, unknown>>[];
  /** The same for the configured ones alone, with their names resolved now. */
  resolveStartupNodes(): Promise<readonly Readonly<Record<string, unknown>>[]>;

  wake(): void;
  disconnect(): void;
  /** Disconnects for good. Resolves when the client has ended; its sockets may take a moment longer. */
  end(): Promise<void>;
  /** To be called when all sockets have closed: a node that ends late leaves the client in a state other than ended. */
  settleEnded(): void;
}
