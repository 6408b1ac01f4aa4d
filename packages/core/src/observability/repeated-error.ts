import type { CauseCode } from '../cause.ts';

/** An error that a client emitted. `at`: monotonic milliseconds. */
export interface EmittedError {
  readonly cause: CauseCode;
  readonly at: number;
}

/** A client emits an error immediately for a new cause, but for the same cause only after this many milliseconds. */
const repeatAfterMs = 10_000;

/** Returns whether a client need not emit `next`, because it emitted `last` for the same cause a short time ago. */
export function isRepeatedError(last: EmittedError | undefined, next: EmittedError): boolean {
  return last?.cause === next.cause && next.at - last.at < repeatAfterMs;
}
