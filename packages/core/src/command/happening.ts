import type { Clock } from '../clock.ts';
import type { ReleaseBook } from '../driver/tracked-call.ts';
import { isCallersFault, isReplyError } from '../replies/connection-error.ts';
import { classifyReply, type ReplyVerdict } from '../replies/reply-error.ts';

/**
 * The server replied to a call, or to all commands of a batch. `isLetGo` means that the reply is a null that is not
 * meant for the caller, because this library asked the server to unblock the call.
 */
export interface Answered {
  readonly kind: 'answered';
  readonly isLetGo: boolean;
}

/** The properties of a call that tell whether a null reply is meant for its caller. */
interface Blockable {
  readonly sent: { readonly at: number } | undefined;
  readonly slow:
    { readonly blockingMs: number | undefined; readonly releases: ReleaseBook | undefined } | undefined;
}

/** What can happen to a call. */
export type Happening =
  | Answered
  /** The server replied with an error. `ranInPart`: other commands in the batch may have run. */
  | {
      readonly kind: 'refused';
      readonly verdict: ReplyVerdict;
      readonly error: Error;
      readonly ranInPart: boolean;
    }
  /** The connection broke while the call was in flight. */
  | { readonly kind: 'lost'; readonly error: Error }
  /** The driver rejected the call because of a caller's mistake, or the caller aborted it. */
  | { readonly kind: 'withdrawn'; readonly error: Error }
  /** The deadline of the call has passed. */
  | { readonly kind: 'overdue' }
  /**
   * The call has waited as long as it may: for a connection, for a Cluster node or slot, for a socket that accepts
   * bytes, or for the reply of a server that was found to be unavailable.
   */
  | { readonly kind: 'wait-expired' }
  /** The client was closed. */
  | { readonly kind: 'closed' };

export const answered: Answered = { kind: 'answered', isLetGo: false };
export const letGo: Answered = { kind: 'answered', isLetGo: true };
export const overdue: Happening = { kind: 'overdue' };
export const waitExpired: Happening = { kind: 'wait-expired' };
export const closed: Happening = { kind: 'closed' };

/**
 * Interprets the reply to a single command. A blocking call gets a null before its timeout only if somebody sent CLIENT
 * UNBLOCK: if this library sent it, the null is not meant for the caller.
 */
export function answerTo({ slow, sent }: Blockable, value: unknown, clock: Pick<Clock, 'now'>): Answered {
  if (value !== null || slow?.blockingMs === undefined || slow.releases === undefined) return answered;
  const isBeforeItsTime = clock.now() - (sent?.at ?? -Infinity) < slow.blockingMs;
  return isBeforeItsTime && slow.releases.take() ? letGo : answered;
}

/**
 * Derives from the driver's error what happened to a single command. `followsRedirections`: the client is that of a
 * Cluster. It follows redirections itself, so one that is left over means that no node serves the slot yet.
 */
export function happeningOf(error: Error, isScript: boolean, followsRedirections: boolean): Happening {
  if (isCallersFault(error)) return { kind: 'withdrawn', error };
  if (!isReplyError(error)) return { kind: 'lost', error };
  const verdict = classifyReply(error.message, isScript);
  const isLeftOver = followsRedirections && verdict.outcome === 'not-applied' && verdict.cause === undefined;
  const known: ReplyVerdict = isLeftOver ? { ...verdict, cause: 'cluster-down' } : verdict;
  return { kind: 'refused', verdict: known, error, ranInPart: false };
}
