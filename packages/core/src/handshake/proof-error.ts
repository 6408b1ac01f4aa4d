import type { CauseCode } from '../cause.ts';
import { classifyReply, codeOfReply } from '../replies/reply-error.ts';
import { ErrorReply, type Reply } from '../replies/reply.ts';

/** The peer replied, and its reply means that this connection cannot serve. */
export class ProofError extends Error {
  override readonly name = 'ProofError';
  readonly reason: CauseCode;

  constructor(reason: CauseCode, cause: unknown) {
    super(`The handshake failed: ${reason}.`, { cause });
    this.reason = reason;
  }
}

/** Whether the server answers, and will serve in a while: on the same connection. */
export function isWaiting(cause: CauseCode | undefined): cause is 'loading' | 'busy' | 'replica-stale' {
  return cause === 'loading' || cause === 'busy' || cause === 'replica-stale';
}

/**
 * Judges the reply to PING: undefined when the server serves, the cause while it does not serve yet.
 *
 * @throws {@link ProofError} for any other reply
 */
export function judgePing(reply: Reply | undefined): CauseCode | undefined {
  if (reply === 'PONG') return undefined;
  if (!(reply instanceof ErrorReply)) throw new ProofError('protocol', undefined);
  const { cause } = classifyReply(reply.message);
  if (isWaiting(cause)) return cause;
  // A user without permission for PING may have all it needs, and MISCONF refuses PING but not reads.
  if (['NOPERM', 'MISCONF'].includes(codeOfReply(reply.message))) return undefined;
  throw new ProofError(cause ?? 'protocol', reply);
}
