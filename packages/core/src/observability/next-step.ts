import type { CauseCode } from '../cause.ts';

const steps: Readonly<Record<CauseCode, string>> = {
  'connection-refused': 'Start Redis there, or correct the host and port.',
  'connection-reset':
    'If Redis was restarted, the client reconnects by itself. Otherwise check the logs of Redis and of proxies.',
  'connect-timeout': 'Check firewalls, security groups and the route to this host.',
  dns: 'Correct the host name, or check the name server.',
  sentinel:
    'Check the name of the primary, and what SENTINEL MASTERS and SENTINEL REPLICAS say on each sentinel.',
  tls: 'Check that both sides use TLS, and the authority, names and dates of the certificate.',
  'handshake-timeout':
    'Check whether the Redis process is frozen or overloaded, and whether the port speaks TLS.',
  auth: 'Correct the user name and password, or the permissions of the user.',
  credentials:
    'Check the function that provides the credentials; if it is only slow, raise credentialsTimeoutMs.',
  database: 'Select a database that exists, or allow the user to select it.',
  stalled: 'Check whether the Redis process is frozen or runs a slow command, or the network drops packets.',
  loading: 'Wait: Redis serves as soon as its data is loaded.',
  busy: 'End the slow script or function with SCRIPT KILL or FUNCTION KILL.',
  'read-only': 'Wait for the failover, or connect to the primary.',
  'replica-stale': 'Check why the replica lost its primary, or connect to another server.',
  'cluster-down':
    'Run redis-cli --cluster check: it names slots without a node, or says that the server is not part of a Cluster.',
  'max-clients': 'Find the client that leaks connections with CLIENT LIST, or raise maxclients.',
  'out-of-memory': 'Raise maxmemory, set an eviction policy, or delete keys: deletes still work.',
  persistence: "Check the server's log, its disk space and the permissions of its folder.",
  'too-few-replicas': 'Bring replicas back, or lower min-replicas-to-write.',
  slow: 'Check SLOWLOG GET, the load of the server and the network; if slow calls are normal, raise circuit.slowMs.',
  'error-rate': 'Check the errors of the commands, which history() and the event command-failed report.',
  overloaded: 'Send fewer commands at a time, or raise the admission limits.',
  isolated: 'To use Redis again, call the function that isolate() returned.',
  protocol:
    'Correct the host and port: something other than Redis (or, for a Sentinel URL, other than a sentinel) answers there, or changes the replies.',
  closed: 'To use Redis again, create a new resilience.',
};

/** Causes about which the CLI's command `doctor` can say more, because it examines the path to the server. */
const doctorCauses: ReadonlySet<CauseCode> = new Set([
  'connection-refused',
  'connection-reset',
  'connect-timeout',
  'dns',
  'sentinel',
  'tls',
  'handshake-timeout',
  'stalled',
  'slow',
  'error-rate',
  'protocol',
]);

/** Returns what to do about a cause. */
export function nextStep(code: CauseCode): string {
  return steps[code];
}

/** Like {@link nextStep}, but also names the command that prints more details, if there is one. */
export function operatorAdvice(code: CauseCode): string {
  const hint = doctorCauses.has(code)
    ? ' To find out why, run npx @redis-resilience/cli doctor with the URL of this Redis.'
    : '';
  return `${nextStep(code)}${hint}`;
}
