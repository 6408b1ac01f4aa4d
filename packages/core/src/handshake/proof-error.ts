import type { CauseCode } from '../cause.ts';
import { classifyReply, codeOfReply } from '../replies/reply-error.ts';
import { ErrorReply, type Reply } from '../replies/reply.ts';

/** Thrown if a reply of the peer, or a missing reply, means that this connection cannot be used. */
export class ProofError extends Error {
  override readonly name = 'ProofError';
  readonly reason: CauseCode;

  constructor(reason: CauseCode, cause: unknown) {
    super(`The handshake failed: ${reason}.`, { cause });
    this.reason = reason;
  }
}

/** Returns whether this cause means that the server responds and will later serve commands on the same connection. */
export function isWaiting(cause: CauseCode | undefined): cause is 'loading' | 'busy' | 'replica-stale' {
  return cause === 'loading' || cause === 'busy' || cause === 'replica-stale';
}

/**
 * Evaluates the reply to PING: returns undefined if the server serves commands, or the cause if it does not serve them
 * yet.
 *
 * @throws {@link ProofError} for any other reply
 */
export function judgePing(reply: Reply | undefined): CauseCode | undefined {
  if (reply === 'PONG') return undefined;
  if (!(reply instanceof ErrorReply)) throw new ProofError('protocol', undefined);
  const { cause } = classifyReply(reply.message);
  if (isWaiting(cause)) return cause;
  // These replies to PING do not make a connection useless: a user without permission for PING may have every
  // permission that the application needs, and a server in the state MISCONF refuses PING but not reads.
  if (['NOPERM', 'MISCONF'].includes(codeOfReply(reply.message)) || isPingRenamed(reply.message))
    return undefined;
  throw new ProofError(cause ?? 'protocol', reply);
}

// A Redis server whose operator has renamed PING (`rename-command`) quotes PING in its error. Other servers whose
// errors begin with ERR, such as POP3 servers, do not.
function isPingRenamed(message: string): boolean {
  return /^ERR unknown command ['`]?ping\b/i.test(message);
}
