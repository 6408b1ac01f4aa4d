/** The fields of an error response in the format of RFC 9457 that the drill uses. */
export interface Problem {
  /** For example `OUTCOME_UNKNOWN`. */
  readonly code: string;
  /** Whether the request may have been carried out although it failed. */
  readonly isOutcomeUnknown: boolean;
}

/** Reads the body of an error response from `redisErrors()`. Undefined if the body contains no error code. */
export function problemIn(body: string): Problem | undefined {
  let content: unknown;
  try {
    content = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof content !== 'object' || content === null) return undefined;
  const { code, outcome } = content as { readonly code?: unknown; readonly outcome?: unknown };
  if (typeof code !== 'string' || !/^[A-Z][A-Z_]{2,39}$/.test(code)) return undefined;
  return { code, isOutcomeUnknown: outcome === 'unknown' };
}
