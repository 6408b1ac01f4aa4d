/**
 * Every reason why Redis may not be usable right now. A closed union: switch over it exhaustively.
 *
 * | code | meaning |
 * | --- | --- |
 * | `connection-refused` | nobody listens on that address and port |
 * | `connection-reset` | an established connection was closed or reset by the other side |
 * | `connect-timeout` | the TCP connection was not established in time |
 * | `dns` | the host name could not be resolved |
 * | `tls` | the TLS handshake failed: authority, name, expiry, or one side speaks plain text |
 * | `handshake-timeout` | connected, but the peer did not answer the handshake in time |
 * | `auth` | NOAUTH, WRONGPASS or NOPERM in the handshake |
 * | `credentials` | the application's own credentials provider threw or took too long |
 * | `database` | the server refuses the selected database: it has no such one, or the user may not select it |
 * | `stalled` | connected, and silent |
 * | `loading` | the server is loading its dataset |
 * | `busy` | the server runs a slow script or function |
 * | `read-only` | a replica answers where a primary is expected |
 * | `replica-stale` | a replica lost its primary and refuses stale reads (MASTERDOWN) |
 * | `cluster-down` | the cluster cannot serve this slot (CLUSTERDOWN) |
 * | `max-clients` | the server has no connection left to give |
 * | `out-of-memory` | the server refuses writes for want of memory (OOM) |
 * | `persistence` | the server refuses writes because it cannot persist (MISCONF) |
 * | `too-few-replicas` | the server refuses writes for want of replicas (NOREPLICAS) |
 * | `slow` | too many calls are slow |
 * | `error-rate` | too many calls fail |
 * | `overloaded` | the bounded queue is full |
 * | `isolated` | taken out of use by hand |
 * | `protocol` | the peer is not Redis |
 * | `closed` | the application closed the connection |
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
  database: 'The server refuses the selected database, so that no command may run.',
  stalled: 'The server is connected and silent.',
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
  overloaded: 'More commands are waiting than the bounds allow.',
  isolated: 'Taken out of use by hand.',
  protocol: 'The peer does not speak the Redis protocol.',
  closed: 'The connection was closed by the application.',
};

/** The sentence that belongs to a cause code. */
export function describeCause(code: CauseCode): string {
  return sentences[code];
}
