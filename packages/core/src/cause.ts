/**
 * Every reason why Redis may not be usable right now. A closed union: switch over it exhaustively.
 *
 * | cause | meaning | what to do |
 * | --- | --- | --- |
 * | `connection-refused` | nothing listens on that address and port | start Redis, or correct the host and port |
 * | `connection-reset` | the server, or a proxy before it, closed or reset the connection | nothing after a restart; if it goes on, read the logs of the server and of proxies between |
 * | `connect-timeout` | the TCP connection was not made in time | check firewalls, security groups and routes |
 * | `dns` | the host name could not be resolved | check the name and the name server |
 * | `tls` | the TLS handshake failed, or only one side speaks TLS | use `rediss://` exactly where the server speaks TLS; check the certificate's authority, names and dates |
 * | `handshake-timeout` | the peer accepted the connection and did not answer in time | look for a frozen or overloaded server process |
 * | `auth` | the server, or a sentinel, refused the login (WRONGPASS, NOAUTH, NOPERM) | check the user, the password and the user's permissions |
 * | `credentials` | the application's credentials provider threw or took too long | call the provider by itself; raise `connection.credentialsTimeoutMs` if it is slow |
 * | `database` | the server refuses the selected database | select one that exists (`databases` in its configuration), or give the user `+select` |
 * | `stalled` | the connection is open and the server does not answer | look for a frozen or swapping server process, or a slow command (`SLOWLOG GET`) |
 * | `loading` | the server is loading its dataset | wait |
 * | `busy` | a script or function has been running too long | end it with `SCRIPT KILL` or `FUNCTION KILL` |
 * | `read-only` | a replica answers where a primary is expected: writes are refused | wait for a failover to end, or connect to the primary |
 * | `replica-stale` | a replica lost its primary and refuses reads (MASTERDOWN) | bring its primary back, or connect to another server |
 * | `cluster-down` | the cluster does not serve some of its slots, or none | run `redis-cli --cluster check` |
 * | `max-clients` | the server accepts no more connections | find leaking clients with `CLIENT LIST`; raise `maxclients` |
 * | `out-of-memory` | the server is out of memory and refuses writes (OOM) | delete keys (that still works), raise `maxmemory`, or set an eviction policy |
 * | `persistence` | the server cannot save to disk and refuses writes (MISCONF) | check the server's log, its disk space and the permissions of its folder |
 * | `too-few-replicas` | too few replicas are in sync, and the server refuses writes (NOREPLICAS) | bring replicas back, or lower `min-replicas-to-write` |
 * | `slow` | too many calls are slow | check `SLOWLOG GET` and the network; raise `circuit.slowMs` if such calls are normal |
 * | `error-rate` | too many calls fail | see `history()` and the event `command-failed` |
 * | `overloaded` | too many commands wait or are unanswered; only as the `reason` of an error | send less, or raise the `admission` limits |
 * | `isolated` | the application called `isolate()` | call the function that `isolate()` returned |
 * | `protocol` | the peer is not a Redis | correct the host and port |
 * | `closed` | the application closed the connection | create a new resilience |
 */
export type CauseCode =
  | 'connection-refused'
  | 'connection-reset'
  | 'connect-timeout'
  | 'dns'
  | 'tls'
  | 'handshake-timeout'
  | 'auth'
  | 'credentials'
  | 'database'
  | 'stalled'
  | 'loading'
  | 'busy'
  | 'read-only'
  | 'replica-stale'
  | 'cluster-down'
  | 'max-clients'
  | 'out-of-memory'
  | 'persistence'
  | 'too-few-replicas'
  | 'slow'
  | 'error-rate'
  | 'overloaded'
  | 'isolated'
  | 'protocol'
  | 'closed';

/** Why the status is not `up`: a code to decide by, a sentence to read, and when it was recognised. */
export interface Cause {
  readonly code: CauseCode;
  /** One sentence for people. Holds no host, key, value or credential. */
  readonly message: string;
  readonly at: Date;
}

const sentences: Readonly<Record<CauseCode, string>> = {
  'connection-refused': 'Nobody listens on the configured address and port.',
  'connection-reset': 'The connection was closed or reset by the other side.',
  'connect-timeout': 'The TCP connection was not established in time.',
  dns: 'The host name could not be resolved.',
  tls: 'The TLS handshake failed.',
  'handshake-timeout': 'The peer accepted the connection and did not answer the handshake in time.',
  auth: 'The server did not accept the credentials, or the user lacks a permission.',
  credentials: 'The credentials provider failed or took too long.',
  database: 'The server refuses the selected database, so no command may run.',
  stalled: 'The connection is open, but the server does not answer.',
  loading: 'The server is loading its dataset.',
  busy: 'The server is busy with a slow script or function.',
  'read-only': 'A replica answers where a primary is expected: reads work, writes are refused.',
  'replica-stale': 'The replica lost its primary and refuses to serve stale data.',
  'cluster-down': 'The cluster cannot serve all its slots.',
  'max-clients': 'The server has reached its maximum number of clients.',
  'out-of-memory': 'The server is out of memory and refuses writes.',
  persistence: 'The server cannot persist to disk and refuses writes.',
  'too-few-replicas': 'The server has too few replicas and refuses writes.',
  slow: 'Redis answers too slowly.',
  'error-rate': 'Too many calls fail.',
  overloaded: 'More commands are waiting or unanswered than the limits allow.',
  isolated: 'Taken out of use by hand.',
  protocol: 'The peer does not speak the Redis protocol.',
  closed: 'The connection was closed by the application.',
};

/** The sentence that belongs to a cause code. */
export function describeCause(code: CauseCode): string {
  return sentences[code];
}
