import { isCallersFault, isReplyError } from '../replies/connection-error.ts';
import { classifyReply, type ReplyVerdict } from '../replies/reply-error.ts';

/** The server answered a call, or all commands of a batch; `isEmpty` with null. */
export interface Answered {
  readonly kind: 'answered';
  readonly isEmpty: boolean;
}

/** What can happen to a call. */
export type Happening =
  | Answered
  /** The server answered with an error. `ranInPart`: other commands of the batch may have run. */
  | {
      readonly kind: 'refused';
      readonly verdict: ReplyVerdict;
      readonly error: Error;
      readonly ranInPart: boolean;
    }
  /** The connection broke under it. */
  | { readonly kind: 'lost'; readonly error: Error }
  /** The driver refused it for a mistake of the caller's, or its caller aborted it. */
  | { readonly kind: 'withdrawn'; readonly error: Error }
  /** Its deadline passed. */
  | { readonly kind: 'overdue' }
  /** It waited as long as it may: for a connection, or for a server that was found to be away. */
  | { readonly kind: 'wait-expired' }
  /** The client was closed. */
  | { readonly kind: 'closed' };

export const answered: Answered = { kind: 'answered', isEmpty: false };
export const answeredEmpty: Answered = { kind: 'answered', isEmpty: true };
export const overdue: Happening = { kind: 'overdue' };
export const waitExpired: Happening = { kind: 'wait-expired' };
export const closed: Happening = { kind: 'closed' };

/** What the driver's error says happened to a single command. */
export function happeningOf(error: Error, isScript: boolean): Happening {
  if (isCallersFault(error)) return { kind: 'withdrawn', error };
  if (!isReplyError(error)) return { kind: 'lost', error };
  return { kind: 'refused', verdict: classifyReply(error.message, isScript), error, ranInPart: false };
}
