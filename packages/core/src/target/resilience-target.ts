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

/** Where to connect to: a URL, ioredis options, a cluster, or sentinels. */
export type ResilienceTarget = string | RedisOptions | ClusterTarget | SentinelTarget;
