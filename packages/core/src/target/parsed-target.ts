/** A host and port to connect to. */
export interface HostAddress {
  readonly host: string;
  readonly port: number;
}

/** A user name and a password from a URL. `password` is empty if there is only a user name. */
export interface TargetLogin {
  readonly username: string | undefined;
  readonly password: string;
}

interface Common {
  readonly login: TargetLogin | undefined;
  /** Name of the connection in CLIENT LIST. */
  readonly connectionName: string | undefined;
  /** Prefix of every key. */
  readonly keyPrefix: string | undefined;
  /** Version of RESP; undefined means the default of ioredis. */
  readonly protocol: 2 | 3 | undefined;
}

interface Network {
  readonly isTls: boolean;
}

interface Single {
  readonly database: number;
}

interface Dialed {
  /** 4 or 6 to dial only IPv4 or only IPv6 addresses, otherwise 0. */
  readonly family: 0 | 4 | 6;
}

/** One server: `redis://` and `rediss://`. */
export interface ServerUrl extends Common, Network, Single, Dialed, HostAddress {
  readonly kind: 'server';
}

/** A unix socket, given as a `unix://` URL or as a path without a scheme. */
export interface SocketUrl extends Common, Single {
  readonly kind: 'socket';
  readonly path: string;
}

/** A primary behind Sentinel: `redis+sentinel://`. `isTls` applies to the sentinels as well. */
export interface SentinelUrl extends Common, Network, Single, Dialed {
  readonly kind: 'sentinel';
  readonly sentinels: readonly HostAddress[];
  /** The name under which the sentinels watch the primary. */
  readonly primaryName: string;
  readonly sentinelLogin: TargetLogin | undefined;
}

/** A Cluster: `redis+cluster://`. */
export interface ClusterUrl extends Common, Network {
  readonly kind: 'cluster';
  readonly nodes: readonly HostAddress[];
}

/** Where a Redis URL leads, as plain data. */
export type ParsedTarget = ServerUrl | SocketUrl | SentinelUrl | ClusterUrl;
