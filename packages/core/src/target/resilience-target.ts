import type { ClusterNode, ClusterOptions, RedisOptions } from '../ioredis/clients.ts';

/** A Redis Cluster: its startup nodes, and ioredis' cluster options. */
export interface ClusterTarget {
  /** Startup nodes, each given as ioredis options, a port, `host:port`, or the URL of one server without a database. */
  readonly cluster: readonly ClusterNode[];
  readonly options?: ClusterOptions;
}

/** ioredis options for a primary that is found through Sentinel. */
export type SentinelTarget = RedisOptions & {
  readonly sentinels: readonly { readonly host?: string; readonly port?: number }[];
  readonly name: string;
};

/** A URL that leads to a Cluster. */
export type ClusterTargetUrl = `${'redis' | 'rediss' | 'valkey' | 'valkeys'}+cluster://${string}`;

/** One of several Redis databases: a server, or a primary behind Sentinel, with its own login and TLS. */
export interface DatabaseTarget {
  /** Name of the database in events, the snapshot and `failover(name)`. */
  readonly name: string;
  readonly target: string | RedisOptions | SentinelTarget;
  /**
   * Of the databases that respond, the one with the highest weight is used; of those with equal weights, the first in
   * the list is used. Default 1.
   */
  readonly weight?: number;
  /**
   * Whether the database serves only reads, so that it is used only while no writable database is available. Default
   * false.
   */
  readonly readOnly?: boolean;
}

/** Several Redis databases, of which one is in use at a time. */
export interface DatabasesTarget {
  readonly databases: readonly DatabaseTarget[];
}

/** Where to connect: a URL, ioredis options, a Cluster, a primary behind Sentinel, or several Redis databases. */
export type ResilienceTarget = string | RedisOptions | ClusterTarget | SentinelTarget | DatabasesTarget;
