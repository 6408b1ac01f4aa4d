/**
 * Every reason why Redis may be unusable, wholly or in part. The type is complete, so a `switch` can cover every cause.
 *
 * | cause | meaning |
 * | --- | --- |
 * | `connection-refused` | nothing is listening on that address and port |
 * | `connection-reset` | the server, or a proxy in front of it, closed or reset the connection |
 * | `connect-timeout` | the TCP connection was not established in time |
 * | `dns` | the host name could not be resolved |
 * | `sentinel` | the sentinels do not answer, name no server to connect to, or disagree |
 * | `tls` | the TLS handshake failed, or only one side uses TLS |
 * | `handshake-timeout` | the peer accepted the connection but did not complete the handshake in time |
 * | `auth` | the server or a Sentinel refused the login (WRONGPASS, NOAUTH, NOPERM) |
 * | `credentials` | the application's credentials provider threw or took too long |
 * | `database` | the server refused to select the configured database number |
 * | `stalled` | the connection is open, but the server does not respond |
 * | `loading` | the server is loading its dataset |
 * | `busy` | a script or function has been running too long |
 * | `read-only` | the server is a replica where a primary is expected: writes are refused |
 * | `replica-stale` | a replica has lost its primary and refuses reads (MASTERDOWN) |
 * | `cluster-down` | the Cluster does not serve some or all of its slots |
 * | `max-clients` | the server has reached its connection limit |
 * | `out-of-memory` | the server is out of memory and refuses writes (OOM) |
 * | `persistence` | the server cannot save to disk and refuses writes (MISCONF) |
 * | `too-few-replicas` | too few replicas are in sync, so the server refuses writes (NOREPLICAS) |
 * | `slow` | too many calls are slow |
 * | `error-rate` | too many calls fail |
 * | `overloaded` | too many commands are waiting or in flight; only as the `reason` of an error |
 * | `isolated` | the application called `isolate()` |
 * | `protocol` | the peer is not a Redis server, or violated the Redis protocol |
 * | `closed` | the application closed the connection |
 */
export type CauseCode =
  | 'connection-refused'
  | 'connection-reset'
  | 'connect-timeout'
  | 'dns'
  | 'sentinel'
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

/** Why the status is not `up`: a code for programs, a sentence for people, and the time of detection. */
export interface Cause {
  readonly code: CauseCode;
  /** One sentence for people. Contains no host, key, value or credential. */
  readonly message: string;
  readonly at: Date;
}

const sentences: Readonly<Record<CauseCode, string>> = {
  'connection-refused': 'Nothing is listening on the configured address and port.',
  'connection-reset': 'The connection was closed or reset by the other side.',
  'connect-timeout': 'The TCP connection was not established in time.',
  dns: 'The host name could not be resolved.',
  sentinel: 'The sentinels do not answer, name no server to connect to, or disagree.',
  tls: 'The TLS handshake failed.',
  'handshake-timeout': 'The peer accepted the connection and did not answer the handshake in time.',
  auth: 'The server did not accept the credentials, or the user lacks a permission.',
  credentials: 'The credentials provider failed or took too long.',
  database: 'The server rejects the selected database, so no command may run.',
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
  overloaded: 'More commands are waiting or in flight than the limits allow.',
  isolated: 'Taken out of use by hand.',
  protocol: 'The peer does not speak the Redis protocol, or broke it.',
  closed: 'The connection was closed by the application.',
};

/** Returns the sentence for a cause code. */
export function describeCause(code: CauseCode): string {
  return sentences[code];
}

/**
 * Returns whether the cause is that the server lacks memory, a working disk or replicas, and therefore refuses writes.
 * Reads still work.
 */
export function isWriteRefusal(code: CauseCode | undefined): boolean {
  return code === 'out-of-memory' || code === 'persistence' || code === 'too-few-replicas';
}
