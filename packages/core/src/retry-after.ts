/** Returns the value of `Retry-After` in whole seconds, as RFC 9110 requires, and at least 1. */
export function retryAfterSeconds(retryAfterMs: number | undefined): string {
  return String(Math.max(1, Math.ceil((retryAfterMs ?? 0) / 1000)));
}

/** Rounds the time until the next attempt up to whole milliseconds, for snapshots and errors. */
export function wholeMilliseconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.ceil(ms);
}
