import type { HostAddress, ParsedTarget, TargetLogin } from './parsed-target.ts';

/** Options for one connection, in the form that ioredis accepts. Options that the URL does not set are absent. */
export interface ConnectionOptions {
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly family?: number;
  readonly db?: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: Record<string, never>;
  readonly connectionName?: string;
  readonly keyPrefix?: string;
  readonly protocol?: 2 | 3;
  readonly sentinels?: HostAddress[];
  readonly name?: string;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  readonly sentinelTLS?: Record<string, never>;
  readonly enableTLSForSentinelMode?: boolean;
}

/** Options for a Cluster, in the form that ioredis accepts. */
export interface ClusterOptions {
  readonly keyPrefix?: string;
  readonly redisOptions: ConnectionOptions;
  readonly dnsLookup?: (host: string, callback: (error: null, address: string) => void) => void;
}

/** The arguments to construct the ioredis client with. */
export type DriverOptions =
  | { readonly kind: 'redis'; readonly options: ConnectionOptions }
  | { readonly kind: 'cluster'; readonly nodes: HostAddress[]; readonly options: ClusterOptions };

/** Returns the ioredis options for a parsed Redis URL. */
export function driverOptionsOf(target: ParsedTarget): DriverOptions {
  const { keyPrefix, connectionName, protocol } = target;
  const shared = defined({ ...loginOptions(target.login), connectionName, protocol });
  switch (target.kind) {
    case 'server': {
      const { host, port, family, database: db, isTls } = target;
      const tls = isTls ? {} : undefined;
      return {
        kind: 'redis',
        options: { host, port, family, db, ...defined({ tls, keyPrefix }), ...shared },
      };
    }
    case 'socket': {
      const { path, database: db } = target;
      return { kind: 'redis', options: { path, db, ...defined({ keyPrefix }), ...shared } };
    }
    case 'sentinel': {
      const { sentinels, primaryName: name, family, database: db, isTls, sentinelLogin } = target;
      const tls = isTls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {};
      const own = defined({
        sentinelUsername: sentinelLogin?.username,
        sentinelPassword: sentinelLogin?.password,
        keyPrefix,
      });
      return {
        kind: 'redis',
        options: { sentinels: [...sentinels], name, family, db, ...tls, ...own, ...shared },
      };
    }
    case 'cluster': {
      // By default, ioredis resolves the host name and connects to the address. A certificate is valid for the name,
      // however, so ioredis has to connect to the name.
      const tls = target.isTls ? { redisOptions: { tls: {}, ...shared }, dnsLookup: keepName } : undefined;
      const options = { redisOptions: shared, ...tls, ...defined({ keyPrefix }) };
      return { kind: 'cluster', nodes: [...target.nodes], options };
    }
    default:
      return target satisfies never;
  }
}

function loginOptions(login: TargetLogin | undefined): { username?: string | undefined; password?: string } {
  return login === undefined ? {} : { username: login.username, password: login.password };
}

function keepName(host: string, callback: (error: null, address: string) => void): void {
  callback(null, host);
}

type Defined<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

function defined<T extends object>(options: T): Defined<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>;
}
