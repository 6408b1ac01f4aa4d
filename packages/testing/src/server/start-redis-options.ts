import type { OptionNames } from '@redis-resilience/core/protocol';
import type { TlsMaterial } from '../certificates.ts';

/** A user of the access control list. */
export interface AclUser {
  readonly name: string;
  readonly password: string;
  /** Rules as in `ACL SETUSER`. @default '~* &* +@all' */
  readonly rules?: string;
}

/** Options that may change from one start of a server to the next. */
export interface RedisConfiguration {
  /**
   * Additional redis.conf directives; they take precedence over the options below. An array repeats the directive, once
   * for each item. @default none
   * @example { maxclients: 10, 'rename-command': ['KEYS ""', 'FLUSHALL ""'], 'enable-debug-command': 'yes' }
   */
  readonly config?: Readonly<Record<string, string | number | readonly string[]>>;
  /**
   * Password of the default user. A replica also uses this password to log in to its primary. At a restart, `''`
   * removes the password.
   *
   * @default none
   */
  readonly password?: string;
  /** Users in addition to the default user. @default none */
  readonly users?: readonly AclUser[];
  /**
   * The certificates for TLS, or `true` to make some with `openssl` (see `server.tls`). With TLS, the server does not
   * accept plain TCP. @default plain TCP
   */
  readonly tls?: TlsMaterial | true;
  /** Whether to listen on a unix socket too: see `server.socketPath`. @default false */
  readonly unixSocket?: boolean;
  /** Number of databases. @default 16 */
  readonly databases?: number;
  /** Whether to write an append-only file: acknowledged writes then survive `kill()` and `restart()`. @default false */
  readonly appendonly?: boolean;
  /** Whether to keep the data across restarts; the same as `appendonly`. @default false */
  readonly keep?: boolean;
  /** Primary to replicate from. @default none */
  readonly replicaOf?: { readonly host: string; readonly port: number };
  /**
   * Whether to run in cluster mode. The server does not join other nodes; to start a whole cluster, use `startCluster`.
   * @default false
   */
  readonly cluster?: boolean;
  /** Loopback addresses to listen on; the first is `server.host`. @default ['127.0.0.1'] */
  readonly bind?: readonly string[];
}

/** Options for one start of a server. */
export interface StartOptions {
  /**
   * When the start counts as finished. `'ready'`: PING got a reply other than -LOADING. `'listening'`: PING got any
   * reply.
   * @default 'ready'
   */
  readonly waitUntil?: 'ready' | 'listening';
  /**
   * Makes the server reply -LOADING for about this many milliseconds after this start, by slowing down a real load.
   * Persisted data is kept. @default 0
   */
  readonly loadingMs?: number;
  /** Milliseconds after which the start fails, not counting `loadingMs`. @default 10000 */
  readonly startTimeoutMs?: number;
}

/** Options of `startRedis`. */
export interface StartRedisOptions extends RedisConfiguration, StartOptions {
  /** Server binary. @default the environment variable REDIS_SERVER_BIN, or `redis-server` on PATH */
  readonly bin?: string;
  /** Port on loopback. @default a free one */
  readonly port?: number;
}

/** Options of `server.restart()`: options for this start only, and permanent changes to the configuration. */
export interface RestartOptions extends RedisConfiguration, StartOptions {
  /** Milliseconds between the end of the old process and the start of the new one. @default 0 */
  readonly afterMs?: number;
}

const configurationNames: OptionNames<RedisConfiguration> = {
  config: true,
  password: true,
  users: true,
  tls: true,
  unixSocket: true,
  databases: true,
  appendonly: true,
  keep: true,
  replicaOf: true,
  cluster: true,
  bind: true,
};

export const startOptionNames: OptionNames<StartOptions> = {
  waitUntil: true,
  loadingMs: true,
  startTimeoutMs: true,
};

export const startRedisOptionNames: OptionNames<StartRedisOptions> = {
  ...configurationNames,
  ...startOptionNames,
  bin: true,
  port: true,
};

export const restartOptionNames: OptionNames<RestartOptions> = {
  ...configurationNames,
  ...startOptionNames,
  afterMs: true,
};
