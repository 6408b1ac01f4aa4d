import { ErrorReply, type Reply } from '@redis-resilience/core/protocol';
import type { Deadline } from '../../deadline.ts';
import type { Login } from '../../target/walk-target.ts';
import type { Conversation, Ending } from '../../wire/conversation.ts';

/** Whether the doctor logged in, and how the server replied. */
export interface LoginEvidence {
  readonly given: boolean;
  readonly username: string | undefined;
  /** The error reply to AUTH; undefined if AUTH was accepted or not sent. */
  readonly authError: string | undefined;
  /** Whether the server requires a password: before the login, it replied NOAUTH to PING. */
  readonly isRequired: boolean;
}

/** How the server replied to HELLO 3. */
export interface HelloEvidence {
  /** The error reply to HELLO 3. */
  readonly error: string | undefined;
  /** Whether the peer closed the connection when it received HELLO. */
  readonly closesConnection: boolean;
}

export interface LoggedIn {
  readonly login: LoginEvidence;
  readonly hello: HelloEvidence;
  /** The reply to PING after the login. */
  readonly ping: Reply | undefined;
  readonly ending: Ending | undefined;
  readonly durationMs: number;
}

/** Sends AUTH (if there are credentials), HELLO 3 and PING, as a client does at the start of a connection. */
export async function gatherLogin(
  conversation: Conversation,
  login: Login | undefined,
  firstPing: Reply | undefined,
  deadline: Deadline,
): Promise<LoggedIn> {
  const auth = login === undefined ? [] : [authCommand(login)];
  const { replies, ending, durationMs } = await conversation.ask(
    [...auth, ['HELLO', '3'], ['PING']],
    deadline,
  );
  const authReply = login === undefined ? undefined : replies[0];
  const [hello, ping] = replies.slice(auth.length);
  const authError = authReply instanceof ErrorReply ? authReply.message : undefined;
  return {
    login: {
      given: login !== undefined,
      username: login?.username,
      authError,
      isRequired: firstPing instanceof ErrorReply && firstPing.code === 'NOAUTH',
    },
    hello: {
      error: hello instanceof ErrorReply ? hello.message : undefined,
      closesConnection: hello === undefined && ending !== undefined && ending.kind !== 'silent',
    },
    ping,
    ending,
    durationMs,
  };
}

function authCommand({ username, password }: Login): string[] {
  return username === undefined ? ['AUTH', password] : ['AUTH', username, password];
}
