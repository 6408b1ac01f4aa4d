import type { CauseCode } from '../cause.ts';

const doctor = 'npx @redis-resilience/cli doctor says more.';

const steps: Readonly<Record<CauseCode, string>> = {
  'connection-refused': `Start Redis there, or correct the host and port. ${doctor}`,
  'connection-reset': `It is dialed again by itself; look whether Redis was restarted. ${doctor}`,
  'connect-timeout': `Look at firewalls, security groups and the route to this host. ${doctor}`,
  dns: `Correct the host name, or look at the name server. ${doctor}`,
  tls: `Look whether the port speaks TLS, and at the certificate. ${doctor}`,
  'handshake-timeout': `Look whether Redis is hung, and whether the port speaks TLS. ${doctor}`,
  auth: 'Correct the user name and password, or the permissions of the user.',
  credentials: 'Look at the function that gives the credentials.',
  database: 'Select a database that exists, or allow the user to select it.',
  stalled: `Look whether Redis is hung or the network drops packets. ${doctor}`,
  loading: 'Wait: it serves when the data is in memory.',
  busy: 'Look for a slow script; SCRIPT KILL or FUNCTION KILL ends it.',
  'read-only': 'Connect to the primary, or wait for the failover.',
  'replica-stale': 'Look why the replica lost its primary.',
  'cluster-down': 'Look at CLUSTER INFO and CLUSTER NODES for slots without a node.',
  'max-clients': 'Raise maxclients, or look for a client that leaks connections.',
  'out-of-memory': 'Raise maxmemory, set an eviction policy, or delete keys.',
  persistence: 'Look at the disk of the server: space, permissions, and its log.',
  'too-few-replicas': 'Look at the replicas, or at min-replicas-to-write.',
  slow: `Look at SLOWLOG and LATENCY, and at the load of the server. ${doctor}`,
  'error-rate': `Look at the errors of the commands. ${doctor}`,
  overloaded: 'Shed load, or raise the bounds of admission.',
  isolated: 'Put it back with the function that isolate() returned.',
  protocol: `Look whether the port is that of Redis. ${doctor}`,
  closed: 'It was closed on purpose.',
};

/** What the operator does next about a cause. */
export function nextStep(code: CauseCode): string {
  return steps[code];
}
