import type { VerifiedSocket } from '../handshake/establish.ts';
import { isKnownTo, type Identity } from '../handshake/identity.ts';
import { request } from '../replies/request.ts';

/**
 * Asks the server, over another connection, whether it is itself keeping a connection waiting, because it pauses writes
 * (CLIENT PAUSE, or a coordinated failover) or because a module is still working on the call. Such a connection is
 * silent but not dead. Resolves with false if the server cannot tell: before Redis 6.2, or if the user lacks permission
 * for CLIENT LIST.
 */
export async function isHeldByServer(
  other: VerifiedSocket,
  identity: Identity | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (identity === undefined || !isKnownTo(identity, other.proof)) return false;
  const [line] = await request(other.socket, [['CLIENT', 'LIST', 'ID', identity.clientId]], signal);
  return typeof line === 'string' && isBlocked(line);
}

// Each letter is a flag; `b` means that the client is blocked on the server.
function isBlocked(line: string): boolean {
  return /\bflags=[A-Za-z]*b/.test(line);
}
