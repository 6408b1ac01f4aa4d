import type { Outcome } from './operation.ts';

const outcomes: ReadonlySet<unknown> = new Set<Outcome>(['not-applied', 'refused', 'unknown']);

/** Returns the outcome of an operation that failed with this error; `unknown` if the error proves nothing. */
export function knownOutcome(error: unknown): Outcome {
  if (!(error instanceof Error)) return 'unknown';
  const { outcome } = error as { readonly outcome?: unknown };
  if (outcomes.has(outcome)) return outcome as Outcome;
  return isServerError(error) ? 'refused' : 'unknown';
}

/**
 * Whether the error is an error reply from the server. The class of such an error is `ReplyError` in ioredis and
 * iovalkey, and `SimpleError` or `ErrorReply` in node-redis.
 */
function isServerError(error: Error): boolean {
  return [error.name, error.constructor.name].some((name) =>
    /^(ReplyError|SimpleError|ErrorReply)$/.test(name),
  );
}
