import type { StatusWord } from '../page-state.ts';

/** A duration for people: `340 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationWords(ms: number): string {
  const rounded = Math.max(0, ms);
  if (rounded < 1) return `${rounded.toFixed(1)} ms`;
  if (rounded < 999.5) return `${Math.round(rounded)} ms`;
  if (rounded < 9950) return `${(rounded / 1000).toFixed(1)} s`;
  const seconds = Math.round(rounded / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A duration that goes on: whole seconds, so that it does not flicker. */
export function elapsedWords(ms: number): string {
  return ms < 1000 ? 'less than 1 s' : durationWords(Math.floor(ms / 1000) * 1000).replace('.0 s', ' s');
}

/** How long ago, without haste: whole seconds, then minutes. */
export function agoWords(ms: number): string {
  if (ms < 1500) return 'just now';
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min ago`;
  return `${Math.round(seconds / 3600)} h ago`;
}

export function timeWords(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

export function numberWords(value: number): string {
  const digits = value > 0 && value < 10 && !Number.isInteger(value) ? 1 : 0;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

export function bytesWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kib = bytes / 1024;
  return kib < 1024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1024).toFixed(1)} MiB`;
}

export function codeWords(code: string): string {
  return code.toLowerCase().replace(/[-_]/g, ' ');
}

const failures: Readonly<Record<string, string>> = {
  COMMAND_TIMEOUT: 'no answer in time',
  OUTCOME_UNKNOWN: 'answer lost',
  REDIS_UNAVAILABLE: 'Redis away',
  CIRCUIT_OPEN: 'circuit open',
  WATCH_LOST: 'watch lost',
};

/** What became of a command, by the code of its error. */
export function failureWords(code: string): string {
  return failures[code] ?? codeWords(code);
}

export const statusWords: Readonly<Record<StatusWord, string>> = {
  up: 'Up',
  degraded: 'Degraded',
  down: 'Down',
};

const connectionWords: Readonly<Record<string, string>> = {
  idle: 'not connected yet',
  connecting: 'connecting',
  ready: 'ready',
  stalled: 'connected, but silent',
  reconnecting: 'reconnecting',
  ended: 'closed',
};

export function connectionStateWords(state: string): string {
  return connectionWords[state] ?? state;
}

const circuitWords: Readonly<Record<string, string>> = {
  closed: 'closed, as usual',
  open: 'open: all are refused',
  'half-open': 'half-open: a few on trial',
  isolated: 'isolated by hand',
};

export function circuitStateWords(state: string): string {
  return circuitWords[state] ?? state;
}

const advice: Readonly<Record<string, string>> = {
  'connection-refused': 'Is redis-server running there, and is that the right address and port?',
  'connection-reset': 'Look whether the server restarted, or something between closed the connection.',
  'connect-timeout': 'Look at firewalls and routes: packets seem to be dropped on the way.',
  dns: 'Look at the host name and the name server.',
  tls: 'Look at the certificate, its authority and expiry, and whether both sides speak TLS.',
  'handshake-timeout': 'The peer accepts and does not answer: it may be frozen, or overloaded.',
  auth: 'Look at the user name, the password and the permissions of the user.',
  credentials: 'Look at what the application asks for its credentials.',
  stalled: 'The server may be frozen, swapping, or cut off by the network.',
  loading: 'It will serve as soon as the dataset is loaded.',
  busy: 'A script or function runs too long; SCRIPT KILL or FUNCTION KILL ends it.',
  'read-only': 'A failover may be under way; otherwise point the application at the primary.',
  'replica-stale': 'The replica waits for its primary.',
  'cluster-down': 'Look at CLUSTER INFO for slots without a node.',
  'max-clients': 'Raise maxclients, or find who holds so many connections.',
  'out-of-memory': 'Raise maxmemory, set an eviction policy, or delete keys: deletes still work.',
  persistence: 'Look at the disk of the server and its log.',
  'too-few-replicas': 'Look at the replicas of the server.',
  slow: 'Look at SLOWLOG and the load of the server.',
  'error-rate': 'Look at the failed commands below.',
  overloaded: 'The application asks for more than Redis can answer: shed load.',
  isolated: 'Put it back when you are done.',
  protocol: 'Something else than Redis listens there.',
  closed: 'The application closed it.',
};

/** What to look at first. */
export function adviceWords(code: string): string {
  return advice[code] ?? '';
}
