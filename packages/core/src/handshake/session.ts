import { classifyReply, codeOfReply } from '../replies/reply-error.ts';
import { ErrorReply, type Reply } from '../replies/reply.ts';
import { isWaiting, ProofError } from './proof-error.ts';

/** The reply to SELECT of a server in cluster mode that has only database 0. */
const onlyDatabase = 'ERR SELECT is not allowed in cluster mode';

/**
 * The state that a connection must have, apart from its login. A connection is not used if the server refuses SELECT,
 * but is used if the server does not know CLIENT SETNAME or READONLY.
 */
export interface Session {
  readonly database: number;
  readonly clientName: string | undefined;
  /** Whether the connection sends READONLY, so that a Cluster's replicas serve its reads. */
  readonly readOnly: boolean;
  /** Whether a server in cluster mode that has only database 0 is accepted in spite of another `database`. */
  readonly acceptsOnlyDatabase?: boolean;
}

/** Returns the commands that select the database, set the name and, if necessary, send READONLY on a new connection. */
export function sessionCommands({ database, clientName, readOnly }: Session): string[][] {
  const commands: string[][] = [];
  if (database !== 0) commands.push(['SELECT', String(database)]);
  if (clientName !== undefined) commands.push(['CLIENT', 'SETNAME', clientName]);
  if (readOnly) commands.push(['READONLY']);
  return commands;
}

/**
 * Evaluates the replies to {@link sessionCommands}. A server that does not serve commands yet may refuse some of the
 * session commands, which are then resent later.
 *
 * @throws {@link ProofError} with the reason `database` for a refused SELECT, or `auth` for a missing permission
 */
export function checkSession(
  commands: readonly (readonly string[])[],
  replies: readonly Reply[],
  { acceptsOnlyDatabase = false }: Partial<Session> = {},
): void {
  for (const [index, reply] of replies.entries()) {
    if (!(reply instanceof ErrorReply) || isWaiting(classifyReply(reply.message).cause)) continue;
    if (acceptsOnlyDatabase && reply.message === onlyDatabase) continue;
    if (commands[index]?.[0] === 'SELECT') throw new ProofError('database', reply);
    // Any other error is ignored: old servers and proxies do not know CLIENT SETNAME, and a server outside a Cluster
    // refuses READONLY, but both can be used.
    if (codeOfReply(reply.message) === 'NOPERM') throw new ProofError('auth', reply);
  }
}
