import type { Socket } from 'node:net';
import { encodeCommand } from './encode-command.ts';
import { classifyReply } from './reply-error.ts';
import { ReplyReader } from './reply-reader.ts';
import { ErrorReply, PushReply, type Reply } from './reply.ts';

/** Far more than any reply to the few commands that are sent this way. */
const limits = { maxReplyBytes: 16 * 1024 * 1024, maxElements: 262_144 };

/**
 * Sends commands in one write over a socket that nobody else reads, and resolves with one reply for each. The socket is
 * paused before and after, so that nothing is lost between two requests. Error replies are returned like other replies,
 * with one exception: a server that accepts no more clients says so in place of the first reply, and hangs up.
 *
 * @throws {@link ErrorReply} when the server accepts no more clients, `ProtocolError` when the peer is not a Redis, the
 * socket's error, or the reason of the signal. The caller has to destroy the socket
 * @example
 * const [pong] = await request(socket, [['PING']], AbortSignal.timeout(1000));
 */
export function request(
  socket: Socket,
  commands: readonly (readonly string[])[],
  signal: AbortSignal,
): Promise<Reply[]> {
  return new Promise((resolve, reject) => {
    const reader = new ReplyReader(limits);
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
      const read = reader.push(chunk);
      for (const reply of read.replies) if (!(reply instanceof PushReply)) replies.push(reply);
      const [first] = replies;
      if (first instanceof ErrorReply && classifyReply(first.message).cause === 'max-clients') finish(first);
      else if (replies.length >= commands.length) finish(undefined);
      else if (read.failure !== undefined) finish(read.failure);
    };
    const onClose = (): void => finish(closedError());
    const onAbort = (): void => finish(signal.reason);
    if (signal.aborted || socket.destroyed) {
      reject(signal.aborted ? signal.reason : closedError());
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

function closedError(): Error {
  return Object.assign(new Error('The connection was closed.'), { code: 'ECONNRESET' });
}
