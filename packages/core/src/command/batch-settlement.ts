import type { CauseCode } from '../cause.ts';
import type { Outcome } from '../errors.ts';
import type { Batch } from './batch.ts';
import { isCallersFault } from '../replies/connection-error.ts';
import { classifyReply, type ReplyVerdict } from '../replies/reply-error.ts';

/** What is to become of a pipeline or MULTI whose members are all in. */
export type BatchVerdict =
  | { readonly kind: 'answer'; readonly signals: readonly ReplyVerdict[]; readonly cause: undefined }
  | {
      readonly kind: 'again';
      readonly signals: readonly ReplyVerdict[];
      readonly outcome: Outcome;
      readonly cause: CauseCode | undefined;
      readonly error: Error;
      /** The server itself refused; else the connection broke. */
      readonly isReply: boolean;
    };

/**
 * Decides for the whole. A broken connection leaves the unit unknown, or unapplied when it was never sent. Refusals
 * that prove non-execution make it unapplied when nothing else in it ran; a MULTI that was aborted ran nothing.
 */
export function settleBatch(batch: Batch, wasSent: boolean): BatchVerdict {
  const replies = batch.replyErrors();
  const signals = replies.map(({ error, isScript }) => classifyReply(error.message, isScript));
  const broken = batch.brokenBy();
  if (broken !== undefined && !isCallersFault(broken)) {
    return {
      kind: 'again',
      signals,
      outcome: wasSent ? 'unknown' : 'not-applied',
      cause: undefined,
      error: broken,
      isReply: false,
    };
  }
  const index = signals.findIndex(({ outcome, cause }) => outcome === 'not-applied' && cause !== undefined);
  if (index === -1) return { kind: 'answer', signals, cause: undefined };
  const ranNothing = batch.isTransaction ? execWasAborted(batch) : signals.length === batch.commands.length;
  return {
    kind: 'again',
    signals,
    outcome: ranNothing ? 'not-applied' : 'unknown',
    cause: signals[index]?.cause,
    error: replies[index]?.error as Error,
    isReply: true,
  };
}

function execWasAborted(batch: Batch): boolean {
  const exec = batch.commands.find(({ command }) => command.name.toLowerCase() === 'exec')?.settlement;
  return exec?.ok === false;
}
