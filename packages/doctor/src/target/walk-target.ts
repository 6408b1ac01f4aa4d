import type { ConnectionOptions as TlsOptions } from 'node:tls';

/** An address at which a walk starts. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly path?: string | undefined;
  /** 4 or 6 if the client requires that address family, otherwise 0. */
  readonly family: number;
}

/** Credentials for AUTH. */
export interface Login {
  readonly username: string | undefined;
  readonly password: string;
}

/** Any target, in the form that the walk uses. */
export interface WalkTarget {
  readonly kind: 'standalone' | 'sentinel' | 'cluster';
  readonly endpoints: readonly Endpoint[];
  readonly tls: TlsOptions | undefined;
  readonly login: Login | undefined;
  readonly database: number;
  /** Expected role of the server. `any` means that a replica is acceptable, too. */
  readonly role: 'primary' | 'any';
  /** For Sentinel: the name of the primary, and TLS and credentials for the sentinels. */
  readonly primaryName: string | undefined;
  readonly sentinelTls: TlsOptions | undefined;
  readonly sentinelLogin: Login | undefined;
  /** Whether the URL had a user name but no password. Often, the password was written in place of the name. */
  readonly hasNameOnly: boolean;
  /** The target as text, without credentials. */
  readonly shown: string;
}

/** An endpoint as text: `host:port`, or the path of a unix socket. */
export function labelOf({ host, port, path }: Pick<Endpoint, 'host' | 'port' | 'path'>): string {
  if (path !== undefined) return path;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A target as text, without credentials. */
export function shownTarget(target: Omit<WalkTarget, 'shown'>): string {
  const [first] = target.endpoints;
  if (target.kind === 'standalone' && first?.path !== undefined) return `unix://${first.path}`;
  const secure = target.tls === undefined ? 'redis' : 'rediss';
  const scheme = target.kind === 'standalone' ? secure : `${secure}+${target.kind}`;
  const name = target.kind === 'sentinel' ? `/${target.primaryName ?? ''}` : '';
  const database = target.database === 0 ? '' : `/${target.database}`;
  return `${scheme}://${target.endpoints.map(labelOf).join(',')}${name}${database}`;
}
