/**
 * A peer that is not the Redis you expected:
 *
 * - `silent` accepts connections and never replies
 * - `unreachable` makes connecting hang, as a firewall that drops packets does
 * - `http`, `ssh`, `postgres` and `memcached` respond to a Redis client as nginx, OpenSSH, PostgreSQL and memcached do
 * - `closes` accepts connections and closes them immediately
 * - `garbage` replies with random bytes
 * - `max-clients` replies like a Redis that has reached its maximum number of clients
 * - `refuses-hello` replies like Redis 5, which does not have the command HELLO
 */
export type OddPeerKind =
  | 'silent'
  | 'unreachable'
  | 'http'
  | 'ssh'
  | 'postgres'
  | 'memcached'
  | 'closes'
  | 'garbage'
  | 'max-clients'
  | 'refuses-hello';

/** A peer started by `startOddPeer`. */
export interface OddPeer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Number of clients that are currently connected. */
  readonly connections: number;
  /** Stops listening and breaks all connections. Calling `close` more than once is allowed. */
  close(): Promise<void>;
}
