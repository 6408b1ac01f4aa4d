import type { StatusWord } from '../page-state.ts';

/** Formats a duration as `340 ms`, `4.2 s`, `3 min 20 s` or `2 h 5 min`. */
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

/**
 * Formats a duration that is still growing, such as that of a current outage. The result has whole seconds, so that the
 * text does not flicker.
 */
export function elapsedWords(ms: number): string {
  return ms < 1000 ? 'less than 1 s' : durationWords(Math.floor(ms / 1000) * 1000).replace('.0 s', ' s');
}

/** Formats the time since an event in whole seconds, minutes or hours. */
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
  COMMAND_TIMEOUT: 'timed out',
  OUTCOME_UNKNOWN: 'outcome unknown',
  REDIS_UNAVAILABLE: 'unavailable',
  CIRCUIT_OPEN: 'circuit open',
  WATCH_LOST: 'watch lost',
};

/** Returns the words for the error code of a failed command. */
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
  closed: 'closed',
  open: 'open: commands are refused',
  'half-open': 'half-open: a few commands on trial',
  isolated: 'isolated by hand',
};

export function circuitStateWords(state: string): string {
  return circuitWords[state] ?? state;
}
