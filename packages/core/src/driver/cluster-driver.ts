import type { Driver } from './driver.ts';
import type { DriverConnector } from './driver-connector.ts';
import type { DriverCommand, SendCommand } from './driver-command.ts';

/** What a cluster client tells, beside the events of its nodes. */
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

/** One node of a cluster, as the cluster client connects to it. */
export interface NodeDriver extends Driver {
  /** As it is called in the slots: `host:port`. */
  readonly address: string;
  /** Connects now, if it never did. A failure is told to the node's connector. */
  connectNow(): void;
}

/** All that core asks of a cluster client. */
export interface ClusterDriver {
  /** It knows the slots, and sends commands to their nodes. */
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
   * Puts `gate` before every command, and hands it every failure; redirections stay the client's own. `retryDelay`:
   * milliseconds before the client tries to connect again.
   */
  takeOver(gate: SendCommand, retryDelay: () => number): void;

  nodes(): readonly NodeDriver[];
  primaries(): readonly NodeDriver[];
  onNodeAdded(listener: (node: NodeDriver) => void): void;
  onNodeRemoved(listener: (node: NodeDriver) => void): void;
  /** Told of each connection that the client makes for its subscriptions. */
  onSubscriber(listener: (node: NodeDriver) => void): void;

  /** Addresses of the nodes that own slots, as far as is known. */
  owners(): ReadonlySet<string>;
  readSlots(): Promise<void>;
  /**
   * Before a node is asked for the slots: `skip` it, or wait until it is prepared. It is asked over a connection of its
   * own, whose socket `connectorOf` makes, given its options.
   */
  beforeSlots(
    prepare: (node: NodeDriver) => 'skip' | Promise<unknown> | undefined,
    connectorOf: (options: Readonly<Record<string, unknown>>) => DriverConnector,
  ): void;
  /** Keeps the nodes the cluster has now as places to start from, beside the configured ones. */
  rememberNodes(): void;
  /** The options of each node to start from, as the client would connect to it. */
  startupNodes(): readonly Readonly<Record<string, unknown>>[];

  wake(): void;
  disconnect(): void;
  /** Disconnects for good. Resolves when the client has ended; its sockets may take a moment longer. */
  end(): Promise<void>;
  /** Once all sockets are gone: a node that ended late has left the client in another state. */
  settleEnded(): void;
}
