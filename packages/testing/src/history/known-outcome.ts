import type { Outcome } from './operation.ts';

const outcomes: ReadonlySet<unknown> = new Set<Outcome>(['not-applied', 'refused', 'unknown']);

/**
 * Returns the outcome of an operation according to its error, in the safest interpretation: `unknown` if nothing can be
 * proved.
 */
export function knownOutcome(error: unknown): Outcome {
  if (!(error instanceof Error)) return 'unknown';
  const { outcome } = error as { readonly outcome?: unknown };
  if (outcomes.has(outcome)) return outcome as Outcome;
  return isServerError(error) ? 'refused' : 'unknown';
}

/** `ReplyError` in ioredis and iovalkey, `SimpleError` and `ErrorReply` in node-redis. */
function isServerError(error: Error): boolean {
  return [error.name, error.constructor.name].some((name) =>
    /^(ReplyError|SimpleError|ErrorReply)$/.test(name),
  );
}
