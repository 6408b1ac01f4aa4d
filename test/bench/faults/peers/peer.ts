import type { Closeable, Contestant } from '../contestant.js';

/** A command by its name in lower case, and its arguments. */
export type Command = readonly [name: string, ...args: string[]];

/** What a peer connects to. */
export type Target =
  | {
      readonly kind: 'single';
      readonly host: string;
      readonly port: number;
      readonly password?: string;
      /** Another server, to go over to. */
      readonly second?: Address;
    }
  | { readonly kind: 'sentinel'; readonly sentinels: readonly Address[]; readonly name: string }
  | {
      readonly kind: 'cluster';
      readonly nodes: readonly Address[];
      /** Only for clients that speak the interface of ioredis. */
      readonly settings?: ClusterSettings;
    };

/** How a Cluster is to be reached and used, in the words of ioredis. */
export interface ClusterSettings {
  readonly scaleReads?: 'slave';
  readonly shardedSubscribers?: boolean;
  readonly natMap?: Readonly<Record<string, Address>>;
  readonly password?: string;
  /** Over TLS, whatever the certificate says. */
  readonly tls?: boolean;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What became of an optimistic transaction after its key was changed by somebody else. */
export type GuardedWrite = 'applied' | 'refused';

/** One way to use Redis today, behind the few calls that the faults need. */
export interface Peer extends Closeable {
  call(...command: Command): Promise<unknown>;
  /** MULTI to EXEC. Rejects when a member fails. */
  transaction(commands: readonly Command[]): Promise<readonly unknown[]>;
  /** Commands in one go. Rejects when a member fails. */
  pipeline(commands: readonly Command[]): Promise<readonly unknown[]>;
  /** Only where the peer has such a thing. */
  applyOnce?(id: string, ...command: Command): Promise<unknown>;
  /** The database in use, and how often that has changed. Only where the peer knows several. */
  database?(): { readonly name: string; readonly changes: number } | undefined;
  /** Subscribes on a connection of its own. */
  subscribe(channel: string, onMessage: (message: string) => void): Promise<void>;
  /** Leaves a channel. Only of the peers in rows about that. */
  unsubscribe?(channel: string): Promise<unknown>;
  /** Ends as an application asks for it: after the replies to all that was issued. Only of the peers in rows about that. */
  quit?(): Promise<unknown>;
  /** Subscribes to a shard channel. Only where `shardedSubscribers` is set. */
  subscribeShard?(channel: string, onMessage: (message: string) => void): Promise<void>;
  /** The listener learns for how long no message could arrive. Only where the peer tells. */
  onGap?(listener: (gapMs: number) => void): void;
  watch(key: string): Promise<unknown>;
  /** SET in a transaction under the WATCH before. Rejects when it is refused. */
  guardedSet(key: string, value: string): Promise<GuardedWrite>;
  /** The application learnt of a new password. */
  setPassword(password: string): void;
}

/** A client, as it is compared. */
export type PeerKind = Contestant<Peer> & {
  /** Names of the rows in which it is compared. @default all */
  readonly rows?: readonly string[];
};
