import type { Socket } from 'node:net';
import type { CancelSignal } from '../event-loop/cancellation.ts';
import { request } from '../replies/request.ts';
import { judgePing } from './proof-error.ts';
import { checkSession, sessionCommands } from './session.ts';
import { serverFacts, type Proof } from './verify-handshake.ts';

/**
 * Verifies a socket again after its handshake has succeeded. Resends the commands that the server may have refused in the
 * handshake (SELECT, CLIENT SETNAME and READONLY).
 *
 * @param questions `factCommands` if the facts about the server are to be read again, otherwise an empty list
 * @throws `ProofError`, the socket's error, or the signal's reason
 */
export async function proveAgain(
  socket: Socket,
  proof: Proof,
  questions: readonly (readonly string[])[],
  signal: CancelSignal,
): Promise<Proof> {
  const setUp = sessionCommands(proof.session);
  const replies = await request(socket, [...setUp, ['PING'], ...questions], signal);
  const [ping, ...facts] = replies.splice(setUp.length);
  const waiting = judgePing(ping);
  checkSession(setUp, replies, proof.session);
  return { ...proof, ...(facts.length > 0 && serverFacts(facts)), waiting };
}
