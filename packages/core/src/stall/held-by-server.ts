import type { VerifiedSocket } from '../handshake/establish.ts';
import { isKnownTo, type Identity } from '../handshake/identity.ts';
import type { Proof } from '../handshake/verify-handshake.ts';
import type { Reply } from '../replies/reply.ts';
import { request } from '../replies/request.ts';
import type { CancelSignal } from '../event-loop/cancellation.ts';

/**
 * Asks the server, over the connection `other`, which of these connections the server itself keeps waiting, so that
 * they are silent but not dead. The server keeps connections waiting while it pauses writes (CLIENT PAUSE, or a
 * coordinated failover) or while a module is working on a call. Resolves with one boolean per connection, in the order
 * of `identities`: true if the server keeps that connection waiting, otherwise false. All are false if the server
 * cannot tell because Redis is older than 6.2, or because the user has no permission for CLIENT LIST.
 */
export async function heldByServer(
  other: VerifiedSocket,
  identities: readonly (Identity | undefined)[],
  signal: CancelSignal,
): Promise<readonly boolean[]> {
  const known = identities.map((identity) => knownTo(other.proof, identity));
  const commands = listCommands(known);
  if (commands.length === 0) return identities.map(() => false);
  return heldAmong(known, await request(other.socket, commands, signal), other.proof);
}

/** Returns the commands that ask a server about these connections; those without an identity are left out. */
export function listCommands(identities: readonly (Identity | undefined)[]): readonly (readonly string[])[] {
  const known = identities.filter((identity) => identity !== undefined);
  return known.map(({ clientId }) => ['CLIENT', 'LIST', 'ID', clientId]);
}

/**
 * Evaluates the replies to the commands that `listCommands` returned, and returns the same list as `heldByServer`.
 * `proof` is that of the server that replied.
 */
export function heldAmong(
  identities: readonly (Identity | undefined)[],
  replies: readonly Reply[],
  proof: Proof,
): readonly boolean[] {
  const left = [...replies];
  return identities.map((identity) => {
    const isListed = identity !== undefined && isBlocked(left.shift());
    return isListed && isKnownTo(identity, proof);
  });
}

function knownTo(proof: Proof, identity: Identity | undefined): Identity | undefined {
  return identity !== undefined && isKnownTo(identity, proof) ? identity : undefined;
}

// Each letter after `flags=` is a flag of the client; `b` means that the server blocks it.
function isBlocked(line: unknown): boolean {
  return typeof line === 'string' && /\bflags=[A-Za-z]*b/.test(line);
}
