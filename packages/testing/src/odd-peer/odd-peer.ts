/**
 * Somebody who is not the Redis you hoped for:
 *
 * - `silent` accepts and never answers; `unreachable` does not even accept: connecting hangs, as behind a firewall
 *   that drops packets
 * - `http`, `ssh`, `postgres`, `memcached` say what nginx, OpenSSH, PostgreSQL and memcached say to a Redis client
 * - `closes` accepts and closes at once; `garbage` answers with bytes that are no protocol
 * - `max-clients` is a Redis that is full; `refuses-hello` one too old (5.0) to know HELLO, working otherwise
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
  /** How many clients are connected now. */
  readonly connections: number;
  /** Stops listening and breaks all connections. May be called again. */
  close(): Promise<void>;
}
