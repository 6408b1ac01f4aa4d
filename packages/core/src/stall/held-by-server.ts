import type { VerifiedSocket } from '../handshake/establish.ts';
import { isKnownTo, type Identity } from '../handshake/identity.ts';
import { request } from '../replies/request.ts';

/**
 * Asks the server, over another connection, whether it is itself what keeps a connection waiting: it pauses writes
 * (CLIENT PAUSE, or a failover in good order), or a module is still at work on the call. Such a connection is silent and
 * lives. False where the server does not tell: before Redis 6.2, or when the user must not ask CLIENT LIST.
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

// One letter a flag; `b`: blocked on the server.
function isBlocked(line: string): boolean {
  return /\bflags=[A-Za-z]*b/.test(line);
}
