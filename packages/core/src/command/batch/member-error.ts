import { traitsOf } from '../../catalogue/command-traits.ts';
import { isCallersFault, isReplyError } from '../../replies/connection-error.ts';
import { callError, markRefused, type CallFailure } from '../call-errors.ts';
import type { BatchedCommand, BatchFailure } from './batched-command.ts';
import { refusalOf, saysAborted } from './refusals.ts';

/**
 * Returns the error that the caller of one command in a batch gets. `error` is the driver's error for this command, and
 * `whole` the failure of the batch; undefined if the batch did not fail.
 *
 * If the server refused a command outside a transaction because Redis is unavailable, the error describes that command
 * alone: this attempt did not run it, even if other commands in the batch ran.
 */
export function memberError(
  batched: BatchedCommand,
  error: Error,
  isTransaction: boolean,
  whole: BatchFailure | undefined,
): Error {
  if (isCallersFault(error)) return error;
  const { command } = batched;
  // EXECABORT says only that an earlier command was refused, so EXEC gets the error of that earlier command.
  const isAborted = isTransaction && saysAborted(command, error);
  const refusal = isAborted ? undefined : refusalOf(batched);
  const isAway = !isReplyError(error) || isAborted || refusal?.verdict.outcome === 'not-applied';
  if (whole === undefined || !isAway) return markRefused(error);
  const { failure, context } = whole;
  if (refusal === undefined || isTransaction || !('reason' in failure))
    return callError({ ...failure, error }, context);
  const alone: CallFailure = {
    kind: batched.mayHaveRun && traitsOf(command.name).lane === 'write' ? 'outcome-unknown' : 'unavailable',
    reason: refusal.verdict.cause ?? failure.reason,
    outcome: batched.mayHaveRun ? 'unknown' : 'not-applied',
    error,
  };
  return callError(alone, { ...context, forensics: { ...context.forensics, command: command.name } });
}
