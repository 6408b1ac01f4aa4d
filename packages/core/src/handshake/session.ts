import { classifyReply, codeOfReply } from '../replies/reply-error.ts';
import { ErrorReply, type Reply } from '../replies/reply.ts';
import { isWaiting, ProofError } from './proof-error.ts';

/** What a connection holds beside its login. One that cannot hold it is of no use to its client. */
export interface Session {
  readonly database: number;
  readonly clientName: string | undefined;
  /** The connection reads from replicas. */
  readonly readOnly: boolean;
}

/** The commands that bring a fresh connection into this state. */
export function sessionCommands({ database, clientName, readOnly }: Session): string[][] {
  const commands: string[][] = [];
  if (database !== 0) commands.push(['SELECT', String(database)]);
  if (clientName !== undefined) commands.push(['CLIENT', 'SETNAME', clientName]);
  if (readOnly) commands.push(['READONLY']);
  return commands;
}

/**
 * Judges the replies to {@link sessionCommands}. A server that does not serve yet refuses some of them, and is asked
 * again when it does.
 *
 * @throws {@link ProofError} `database` where another one would take the commands, `auth` for a missing permission
 */
export function checkSession(commands: readonly (readonly string[])[], replies: readonly Reply[]): void {
  for (const [index, reply] of replies.entries()) {
    if (!(reply instanceof ErrorReply) || isWaiting(classifyReply(reply.message).cause)) continue;
    if (commands[index]?.[0] === 'SELECT') throw new ProofError('database', reply);
    // An old server or a proxy that knows no names, and a server that is no node of a cluster, serve all the same.
    if (codeOfReply(reply.message) === 'NOPERM') throw new ProofError('auth', reply);
  }
}
