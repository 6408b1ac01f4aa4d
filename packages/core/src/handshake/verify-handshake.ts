import type { Socket } from 'node:net';
import type { CauseCode } from '../cause.ts';
import { classifyReply } from '../replies/reply-error.ts';
import type { Credentials } from '../redis-resilience.ts';
import { encodeCommand, ReplyReader, RespError, type Reply } from '../replies/resp.ts';

/** What a socket proved to be. */
export interface Proof {
  /** Set while the server answers and does not serve yet: loading, busy, or a replica without its primary. */
  readonly waiting: CauseCode | undefined;
  /** INFO, as far as the user may see it. */
  readonly info: Readonly<Record<string, string>>;
  /** The peer refused HELLO 3. */
  readonly resp2: boolean;
  /** By which the server knows this connection, where it tells. */
  readonly clientId: string | undefined;
}

export interface VerifyOptions {
  readonly credentials: Credentials | undefined;
  /** Ask for RESP3. */
  readonly hello: boolean;
  readonly signal: AbortSignal;
}

/** The peer answered, and the answer means that this connection cannot serve. */
export class ProofError extends Error {
  override readonly name = 'ProofError';
  readonly reason: CauseCode;

  constructor(reason: CauseCode, cause: unknown) {
    super(`The handshake failed: ${reason}.`, { cause });
    this.reason = reason;
  }
}

/**
 * Proves that a fresh socket leads to a Redis that serves: AUTH, HELLO, PING and INFO in one write, before the driver
 * sees the socket. So no peer that is silent, full, locked or no Redis at all ever becomes the client's connection.
 *
 * @throws {@link ProofError}, `NotRespError` or the socket's own error; the caller destroys the socket
 */
export async function verifyHandshake(socket: Socket, options: VerifyOptions): Promise<Proof> {
  const { credentials } = options;
  const commands: string[][] = [];
  if (credentials !== undefined) commands.push(authCommand(credentials));
  if (options.hello) commands.push(['HELLO', '3']);
  commands.push(['PING'], ['INFO'], ['CLIENT', 'ID']);
  const replies = await ask(socket, commands, options.signal);
  if (credentials !== undefined) checkAuth(replies.shift());
  const hello = options.hello ? replies.shift() : null;
  const [ping, info, id] = replies;
  return {
    waiting: judgePing(ping),
    info: typeof info === 'string' ? parseInfo(info) : {},
    resp2: hello instanceof RespError,
    clientId: typeof id === 'string' ? id : undefined,
  };
}

/** Sends commands and gives back one reply each. The socket stays paused in between, so that nothing is lost. */
export function ask(
  socket: Socket,
  commands: readonly (readonly string[])[],
  signal: AbortSignal,
): Promise<Reply[]> {
  return new Promise((resolve, reject) => {
    const reader = new ReplyReader();
    const replies: Reply[] = [];
    const finish = (error: unknown): void => {
      socket.pause();
      socket.removeListener('data', onData);
      socket.removeListener('error', finish);
      socket.removeListener('close', onClose);
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) resolve(replies);
      else reject(error);
    };
    const onData = (chunk: Buffer): void => {
      try {
        replies.push(...reader.push(chunk));
      } catch (error) {
        finish(error);
        return;
      }
      const first = replies[0];
      if (first instanceof RespError && /max number of clients/i.test(first.message)) {
        finish(new ProofError('max-clients', first));
      } else if (replies.length >= commands.length) finish(undefined);
    };
    const onClose = (): void =>
      finish(Object.assign(new Error('The connection was closed.'), { code: 'ECONNRESET' }));
    const onAbort = (): void => finish(signal.reason);
    if (signal.aborted || socket.destroyed) {
      reject(signal.aborted ? signal.reason : Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
      return;
    }
    socket.on('data', onData);
    socket.once('error', finish);
    socket.once('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.write(commands.map(encodeCommand).join(''));
    socket.resume();
  });
}

/** AUTH, with a user name where there is one. */
export function authCommand(credentials: Credentials): string[] {
  const { username, password } = credentials;
  return username ? ['AUTH', username, password] : ['AUTH', password];
}

function checkAuth(reply: Reply | undefined): void {
  if (!(reply instanceof RespError)) return;
  // A password nobody asked for is a warning of the doctor's, not a reason to stay away.
  if (/without any password configured|no password is set/i.test(reply.message)) return;
  const { cause } = classifyReply(reply.message);
  throw new ProofError(cause ?? 'auth', reply);
}

function judgePing(reply: Reply | undefined): CauseCode | undefined {
  if (!(reply instanceof RespError)) return undefined;
  const { cause, code } = classifyReply(reply.message);
  if (cause === 'loading' || cause === 'busy' || cause === 'replica-stale') return cause;
  if (code === 'NOAUTH' || cause === 'max-clients') throw new ProofError(cause ?? 'auth', reply);
  // The user may do what it needs to and not PING; MISCONF stops PING and not reads. The connection serves.
  return undefined;
}

function parseInfo(text: string): Record<string, string> {
  const info: Record<string, string> = {};
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) info[line.slice(0, colon)] = line.slice(colon + 1);
  }
  return info;
}
