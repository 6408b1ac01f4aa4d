const advice: Readonly<Record<string, string>> = {
  'connection-refused': 'Check that redis-server is running, and that the address and port are right.',
  'connection-reset': 'Check whether the server restarted, or a proxy in between closed the connection.',
  'connect-timeout': 'Check firewalls and routes: packets seem to be dropped on the way.',
  dns: 'Check the host name and the name server.',
  sentinel: 'Check the name of the primary, and what the sentinels know of it.',
  tls: 'Check the certificate, its authority and expiry date, and that both sides use TLS.',
  'handshake-timeout': 'The server accepts connections but does not answer: it may be frozen or overloaded.',
  auth: 'Check the user name, the password and the permissions of the user.',
  credentials: "Check the application's credentials provider.",
  database: 'Check the number of the database, and whether the user may SELECT it.',
  stalled: 'The server may be frozen, swapping, or cut off by the network.',
  loading: 'Redis will answer as soon as its dataset is loaded.',
  busy: 'A script or function has been running for too long; SCRIPT KILL or FUNCTION KILL ends it.',
  'read-only': 'A failover may be in progress. If not, point the application at the primary.',
  'replica-stale': 'The replica is waiting for its primary.',
  'cluster-down': 'Check CLUSTER INFO for slots without a node.',
  'max-clients': 'Raise maxclients, or find the clients that hold so many connections.',
  'out-of-memory': 'Raise maxmemory, set an eviction policy, or delete keys: deletes still work.',
  persistence: "Check the server's disk and log.",
  'too-few-replicas': "Check the server's replicas.",
  slow: 'Check SLOWLOG and the load of the server.',
  'error-rate': 'See the failed commands below.',
  overloaded: 'The application sends more than Redis can answer: send fewer at a time.',
  isolated: 'Put the connection back into use when you are done.',
  protocol: 'Something other than Redis is listening there.',
  closed: 'The application closed the connection.',
};

/** Returns advice on what to check first for a cause, given its code; empty if there is none. */
export function adviceWords(code: string): string {
  return advice[code] ?? '';
}
