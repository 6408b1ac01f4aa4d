import type { ConnectionOptions as TlsOptions } from 'node:tls';

/** The address of a server or sentinel. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly path?: string | undefined;
  /** 4 or 6 if the client requires that address family, otherwise 0. */
  readonly family: number;
  /** The function with which the client looks its host up, if it is not that of Node. */
  readonly lookup?: NameLookup | undefined;
}

/** The option `dnsLookup` of a Cluster client. */
export type NameLookup = (
  host: string,
  callback: (error: NodeJS.ErrnoException | null | undefined, address: string) => void,
) => void;

/** Credentials for AUTH. */
export interface Login {
  readonly username: string | undefined;
  readonly password: string;
}

/** A server, sentinels or a Cluster to examine, read from a URL, from ioredis options or from a client. */
export interface WalkTarget {
  readonly kind: 'standalone' | 'sentinel' | 'cluster';
  readonly endpoints: readonly Endpoint[];
  readonly tls: TlsOptions | undefined;
  readonly login: Login | undefined;
  readonly database: number;
  /** The role that the server should have. `any` means that a replica is acceptable, too. */
  readonly role: 'primary' | 'any';
  /** The name of the primary that the sentinels watch; undefined without Sentinel. */
  readonly primaryName: string | undefined;
  /** TLS options for connections to the sentinels. */
  readonly sentinelTls: TlsOptions | undefined;
  /** Credentials for the sentinels. */
  readonly sentinelLogin: Login | undefined;
  /**
   * Whether the URL has a user name but no password. Most URLs without a password but with a user name are mistakes:
   * somebody has written the password in the place of the user name.
   */
  readonly hasNameOnly: boolean;
  /** The target as text, without credentials. */
  readonly shown: string;
}

/** Returns an endpoint as text: `host:port`, or the path of a unix socket. */
export function labelOf({ host, port, path }: Pick<Endpoint, 'host' | 'port' | 'path'>): string {
  if (path !== undefined) return path;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Returns a target as a URL without credentials. */
export function shownTarget(target: Omit<WalkTarget, 'shown'>): string {
  const [first] = target.endpoints;
  if (target.kind === 'standalone' && first?.path !== undefined) return `unix://${first.path}`;
  const secure = target.tls === undefined ? 'redis' : 'rediss';
  const scheme = target.kind === 'standalone' ? secure : `${secure}+${target.kind}`;
  const name = target.kind === 'sentinel' ? `/${target.primaryName ?? ''}` : '';
  const database = target.database === 0 ? '' : `/${target.database}`;
  return `${scheme}://${target.endpoints.map(labelOf).join(',')}${name}${database}`;
}
