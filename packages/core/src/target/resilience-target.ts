import type { ClusterNode, ClusterOptions, RedisOptions } from '../ioredis/clients.ts';

/** A Redis Cluster: its startup nodes, and ioredis' own cluster options. */
export interface ClusterTarget {
  /** Each as ioredis options, a port, `host:port`, or the URL of one server, without a database. */
  readonly cluster: readonly ClusterNode[];
  readonly options?: ClusterOptions;
}

/** A primary found through Sentinel, in ioredis' own shape. */
export type SentinelTarget = RedisOptions & {
  readonly sentinels: readonly { readonly host?: string; readonly port?: number }[];
  readonly name: string;
};

/** A URL that leads to a Cluster. */
export type ClusterTargetUrl = `redis+cluster://${string}` | `rediss+cluster://${string}`;

/** One of several databases: one server, or a primary behind Sentinel, each with its own login and TLS. */
export interface DatabaseTarget {
  /** By which it is named in events, the snapshot and `failover(name)`. */
  readonly name: string;
  readonly target: string | RedisOptions | SentinelTarget;
  /** The highest one that answers is used; among equal ones the first of the list. Default 1. */
  readonly weight?: number;
  /** It serves reads only, and only while no other one is there. Default false. */
  readonly readOnly?: boolean;
}

/** Several databases, of which one is in use. */
export interface DatabasesTarget {
  readonly databases: readonly DatabaseTarget[];
}

/** Where to connect to: a URL, ioredis options, a cluster, sentinels, or several databases. */
export type ResilienceTarget = string | RedisOptions | ClusterTarget | SentinelTarget | DatabasesTarget;
