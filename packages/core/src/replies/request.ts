import type { Socket } from 'node:net';
import { encodeCommand } from './encode-command.ts';
import { ProtocolError } from './protocol-error.ts';
import { classifyReply } from './reply-error.ts';
import { resolveReplyLimits } from './reply-limits.ts';
import { ReplyReader } from './reply-reader.ts';
import { ErrorReply, PushReply, type Reply } from './reply.ts';
import { withoutPasswords } from './unquoted-arguments.ts';
import type { CancelSignal } from '../event-loop/cancellation.ts';

/** The limits are far above the size of any reply to the few commands that are sent with `request`. */
const limits = resolveReplyLimits({ maxReplyBytes: 16 * 1024 * 1024, maxElements: 262_144 });
/** Maximum number of RESP3 pushes that may arrive before the last reply, far more than any server sends. */
const maxPushes = 1000;

/**
 * Sends commands in one write over a socket that no other code reads, and resolves with one reply per command. The
 * socket must be paused before the call, and is paused again afterwards, so that no bytes are lost between two
 * requests. Error replies are returned like all replies, with one exception: a server that has reached its connection
 * limit, or is in protected mode, sends an error in place of the first reply, and closes the connection; that error is
 * thrown. If an error reply quotes the password of an AUTH command, only its code is kept.
 *
 * @throws {@link ErrorReply} if the server turns the connection away; `ProtocolError` if the peer is not a Redis server;
 *   the socket's error; or the signal's reason. The caller must then destroy the socket
 * @example const [pong] = await request(socket, [['PING']], AbortSignal.timeout(1000));
 */
export function request(
  socket: Socket,
  commands: readonly (readonly string[])[],
  signal: CancelSignal,
): Promise<Reply[]> {
  return new Promise((resolve, reject) => {
    const reader = new ReplyReader(limits);
    const replies: Reply[] = [];
    const passwords = commands.flatMap(([name, ...args]) =>
      name === 'AUTH' ? args.slice(-1).map(String) : [],
    );
    let pushes = 0;
    const finish = (error: unknown): void => {
      socket.pause();
      socket.removeListener('data', onData);
      socket.removeListener('error', onBroken);
      socket.removeListener('close', onClose);
      signal.removeEventListener('abort', onAbort);
      if (error === undefined) resolve(replies);
      else reject(error);
    };
    const onData = (chunk: Buffer): void => {
      const read = reader.push(chunk);
      for (const reply of read.replies) {
        if (reply instanceof PushReply) pushes++;
        else replies.push(reply instanceof ErrorReply ? withoutPasswords(reply, passwords) : reply);
      }
      const [first] = replies;
      if (first instanceof ErrorReply && classifyReply(first.message).cause === 'max-clients') finish(first);
      else if (replies.length >= commands.length) finish(undefined);
      else if (read.failure !== undefined) finish(read.failure);
      else if (pushes > maxPushes) finish(new ProtocolError('too-large'));
    };
    // A server in protected mode denies the connection before it has read a command, and closes it.
    const onBroken = (error: unknown): void => {
      const [first] = replies;
      finish(first instanceof ErrorReply && first.code === 'DENIED' ? first : error);
    };
    const onClose = (): void => onBroken(closedError());
    const onAbort = (): void => finish(signal.reason);
    if (signal.aborted || socket.destroyed) {
      reject(signal.aborted ? signal.reason : closedError());
      return;
    }
    socket.on('data', onData);
    socket.on('error', onBroken);
    socket.on('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    socket.write(commands.map(encodeCommand).join(''));
    socket.resume();
  });
}

function closedError(): Error {
  return Object.assign(new Error('The connection was closed.'), { code: 'ECONNRESET' });
}
