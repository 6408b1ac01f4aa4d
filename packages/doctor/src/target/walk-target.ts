import type { ConnectionOptions as TlsOptions } from 'node:tls';

/** One place to begin at. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly path?: string | undefined;
  /** 4 or 6 when the client insists on it, else 0. */
  readonly family: number;
}

export interface Login {
  readonly username: string | undefined;
  readonly password: string;
}

/** A target in the one shape that the walk knows. */
export interface WalkTarget {
  readonly kind: 'standalone' | 'sentinel' | 'cluster';
  readonly endpoints: readonly Endpoint[];
  readonly tls: TlsOptions | undefined;
  readonly login: Login | undefined;
  readonly database: number;
  /** `any`: a replica is as good as a primary. */
  readonly role: 'primary' | 'any';
  /** Of a Sentinel target: the name the sentinels know the primary by, and how to talk to them. */
  readonly primaryName: string | undefined;
  readonly sentinelTls: TlsOptions | undefined;
  readonly sentinelLogin: Login | undefined;
  /** The URL had a user name and no password: often a password that slipped into the place of the name. */
  readonly hasNameOnly: boolean;
  /** For people: without credentials. */
  readonly shown: string;
}

/** What to say of a host and port, or of a socket's path. */
export function labelOf({ host, port, path }: Pick<Endpoint, 'host' | 'port' | 'path'>): string {
  if (path !== undefined) return path;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A target without its credentials. */
export function shownTarget(target: Omit<WalkTarget, 'shown'>): string {
  const [first] = target.endpoints;
  if (target.kind === 'standalone' && first?.path !== undefined) return `unix://${first.path}`;
  const secure = target.tls === undefined ? 'redis' : 'rediss';
  const scheme = target.kind === 'standalone' ? secure : `${secure}+${target.kind}`;
  const name = target.kind === 'sentinel' ? `/${target.primaryName ?? ''}` : '';
  const database = target.database === 0 ? '' : `/${target.database}`;
  return `${scheme}://${target.endpoints.map(labelOf).join(',')}${name}${database}`;
}
