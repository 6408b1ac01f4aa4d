/** `Retry-After` in whole seconds, at least 1, as RFC 9110 wants it. */
export function retryAfterSeconds(retryAfterMs: number | undefined): string {
  return String(Math.max(1, Math.ceil((retryAfterMs ?? 0) / 1000)));
}
