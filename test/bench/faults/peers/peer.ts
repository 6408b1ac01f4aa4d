import type { Closeable, Contestant } from '../contestant.js';

/** The name of a command in lower case, and its arguments. */
export type Command = readonly [name: string, ...args: string[]];

/** The servers to which a client connects. */
export type Target =
  | {
      readonly kind: 'single';
      readonly host: string;
      readonly port: number;
      readonly password?: string;
      /** A second server, for faults that cause a change of database. */
      readonly second?: Address;
    }
  | { readonly kind: 'sentinel'; readonly sentinels: readonly Address[]; readonly name: string }
  | {
      readonly kind: 'cluster';
      readonly nodes: readonly Address[];
      /** Ignored by clients that do not have the API of ioredis. */
      readonly settings?: ClusterSettings;
    };

/** How to reach and use a Cluster, as options of ioredis. */
export interface ClusterSettings {
  readonly scaleReads?: 'slave';
  readonly shardedSubscribers?: boolean;
  readonly natMap?: Readonly<Record<string, Address>>;
  readonly password?: string;
  /** Whether to use TLS; the certificate is not verified. */
  readonly tls?: boolean;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** The result of a transaction whose watched key was changed by another client: it must be `refused`. */
export type GuardedWrite = 'applied' | 'refused';

/** A Redis client, reduced to the calls that the fault table needs. */
export interface Peer extends Closeable {
  call(...command: Command): Promise<unknown>;
  /** MULTI to EXEC. Rejects if any of the commands fails. */
  transaction(commands: readonly Command[]): Promise<readonly unknown[]>;
  /** Sends commands as one pipeline. Rejects if any of the commands fails. */
  pipeline(commands: readonly Command[]): Promise<readonly unknown[]>;
  /**
   * Runs a write at most once, even if it is repeated with the same `id`; undefined if the client has no such
   * method.
   */
  applyOnce?(id: string, ...command: Command): Promise<unknown>;
  /** The database in use, and how often that has changed. Undefined if the client knows only one database. */
  database?(): { readonly name: string; readonly changes: number } | undefined;
  /** Subscribes on a connection of its own. */
  subscribe(channel: string, onMessage: (message: string) => void): Promise<void>;
  /** Leaves a channel. Only implemented by clients that run in rows about subscriptions. */
  unsubscribe?(channel: string): Promise<unknown>;
  /**
   * Closes the client as an application should: waits for the replies to all commands that were issued. Only
   * implemented by clients that run in rows about closing.
   */
  quit?(): Promise<unknown>;
  /** Subscribes to a shard channel. Only works if `shardedSubscribers` is set. */
  subscribeShard?(channel: string, onMessage: (message: string) => void): Promise<void>;
  /**
   * Calls the listener after a gap in which messages may have been lost, with the length of the gap. Undefined if the
   * client does not tell its users about lost messages.
   */
  onGap?(listener: (gapMs: number) => void): void;
  watch(key: string): Promise<unknown>;
  /**
   * Sets a key in a transaction that the previous `watch` guards. Rejects when Redis refuses the command or the
   * transaction fails with an error.
   */
  guardedSet(key: string, value: string): Promise<GuardedWrite>;
  /** Called when the application has received a new password. */
  setPassword(password: string): void;
}

/** One client in the comparison. */
export type PeerKind = Contestant<Peer> & {
  /** Names of the rows in which the client is compared. @default all */
  readonly rows?: readonly string[];
};
