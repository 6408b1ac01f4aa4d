import { isRedisResilienceError } from '@redis-resilience/core';

/** Whether an error means that Redis is away, as opposed to an answer the caller has to deal with. */
export function isAway(error: unknown): boolean {
  return isRedisResilienceError(error) && error.code !== 'CONFIGURATION' && error.code !== 'WATCH_LOST';
}

/**
 * Whether the server refused a command for now: it is out of memory, a replica, loading. The reply's first word tells;
 * it is the server's own code.
 */
export function isRefusedForNow(error: unknown): boolean {
  return error instanceof Error && temporary.test(error.message);
}

const temporary =
  /^(?:OOM|MISCONF|NOREPLICAS|READONLY|LOADING|BUSY|CLUSTERDOWN|TRYAGAIN|MASTERDOWN|MOVED|ASK|NOAUTH|WRONGPASS|EXECABORT|MAXCLIENTS)\b|max number of clients/;

/** The first word of a server's refusal: `WRONGTYPE`, `ERR`. Never the rest, which may show values. */
export function refusalCode(error: unknown): string {
  const word = error instanceof Error ? /^[A-Z][A-Z0-9]*/.exec(error.message)?.[0] : undefined;
  return word ?? 'ERROR';
}
