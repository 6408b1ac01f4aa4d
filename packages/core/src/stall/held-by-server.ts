import type { VerifiedSocket } from '../handshake/establish.ts';
import { isKnownTo, type Identity } from '../handshake/identity.ts';
import { request } from '../replies/request.ts';

/**
 * Asks the server, over the connection `other`, which of these connections the server itself keeps waiting, so that
 * they are silent but not dead. The server keeps connections waiting while it pauses writes (CLIENT PAUSE, or a
 * coordinated failover) or while a module is working on a call. Resolves with one boolean per connection, in the order
 * of `identities`: true if the server keeps that connection waiting; false if not, or if that cannot be found out
 * because Redis is older than 6.2, or because the user has no permission for CLIENT LIST.
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

// Each letter after `flags=` is a flag of the client; `b` means that the server blocks it.
function isBlocked(line: unknown): boolean {
  return typeof line === 'string' && /\bflags=[A-Za-z]*b/.test(line);
}
