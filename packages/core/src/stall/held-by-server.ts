import type { VerifiedSocket } from '../handshake/establish.ts';
import { isKnownTo, type Identity } from '../handshake/identity.ts';
import { request } from '../replies/request.ts';

/**
 * Asks the server, over another connection, which of these connections it is itself keeping waiting, because it pauses
 * writes (CLIENT PAUSE, or a coordinated failover) or because a module is still working on the call. Such a connection
 * is silent but not dead. A connection counts as not held if the server cannot tell: before Redis 6.2, or if the user
 * lacks permission for CLIENT LIST.
 */
export async function heldByServer(
  other: VerifiedSocket,
  identities: readonly (Identity | undefined)[],
  signal: AbortSignal,
): Promise<readonly boolean[]> {
  const known = identities.filter(
    (identity): identity is Identity => identity !== undefined && isKnownTo(identity, other.proof),
  );
  if (known.length === 0) return identities.map(() => false);
  const commands = known.map(({ clientId }) => ['CLIENT', 'LIST', 'ID', clientId]);
  const lines = await request(other.socket, commands, signal);
  const held = new Set(known.filter((_identity, index) => isBlocked(lines[index])));
  return identities.map((identity) => identity !== undefined && held.has(identity));
}

// Each letter is a flag; `b` means that the client is blocked on the server.
function isBlocked(line: unknown): boolean {
  return typeof line === 'string' && /\bflags=[A-Za-z]*b/.test(line);
}
