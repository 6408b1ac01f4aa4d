import type { TlsMaterial } from '../certificates.ts';

/** A user of the access control list. */
export interface AclUser {
  readonly name: string;
  readonly password: string;
  /** Rules as in `ACL SETUSER`. @default '~* &* +@all' */
  readonly rules?: string;
}

/** What may change from one start of a server to the next. */
export interface RedisConfiguration {
  /**
   * More redis.conf directives; they win over everything below. A list repeats the directive.
   * @example { maxclients: 10, 'rename-command': ['KEYS ""', 'FLUSHALL ""'], 'enable-debug-command': 'yes' }
   */
  readonly config?: Readonly<Record<string, string | number | readonly string[]>>;
  /** Password of the default user, also used towards the primary. `''` takes it away at a restart. @default none */
  readonly password?: string;
  readonly users?: readonly AclUser[];
  /** Serve TLS only. `true` makes certificates on the spot (they need `openssl`): see `server.tls`. @default plain TCP */
  readonly tls?: TlsMaterial | true;
  /** Listen on a unix socket too: see `server.socketPath`. @default false */
  readonly unixSocket?: boolean;
  /** @default 16 */
  readonly databases?: number;
  /** Write an append-only file: what was acknowledged survives `kill()` and `restart()`. @default false */
  readonly appendonly?: boolean;
  /** Keep the data across restarts; the same as `appendonly`. @default false */
  readonly keep?: boolean;
  readonly replicaOf?: { readonly host: string; readonly port: number };
  /** Run in cluster mode; `startCluster` joins the nodes as well. @default false */
  readonly cluster?: boolean;
  /** Loopback addresses to listen on; the first is `server.host`. @default ['127.0.0.1'] */
  readonly bind?: readonly string[];
}

/** How a start is carried out. */
export interface StartOptions {
  /**
   * When to resolve: `'ready'` once PING is answered with PONG (or NOAUTH); `'listening'` once anything is
   * answered, -LOADING for one. @default 'ready'
   */
  readonly waitUntil?: 'ready' | 'listening';
  /**
   * Make this one start answer -LOADING for about so many milliseconds before it serves, by a real, slowed-down
   * dump. The data that was persisted is kept. @default 0
   */
  readonly loadingMs?: number;
  /** Milliseconds after which the start has failed, `loadingMs` not counted. @default 10000 */
  readonly startTimeoutMs?: number;
}

/** Options of `startRedis`. */
export interface StartRedisOptions extends RedisConfiguration, StartOptions {
  /** Server binary. @default the environment variable REDIS_SERVER_BIN, else `redis-server` on PATH */
  readonly bin?: string;
  /** @default a free one */
  readonly port?: number;
}

/** Options of `server.restart()`: how to start, and what to change for good in the configuration. */
export interface RestartOptions extends RedisConfiguration, StartOptions {
  /** Milliseconds to stay dead. @default 0 */
  readonly afterMs?: number;
}
