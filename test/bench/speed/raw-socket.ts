import { connect } from 'node:net';
import { once } from 'node:events';
import type { MeasuredClient } from './client-kinds.js';

type Answer = (value: string) => void;

/**
 * Shows how many commands per second JavaScript can send on one connection at best. Sends the commands of one turn as
 * one string, and parses only simple strings and bulk strings; errors, deadlines and reconnection are left out.
 */
export async function connectRawSocket(url: string): Promise<MeasuredClient> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  let waiting: Answer[] = [];
  let answered = 0;
  let text = '';
  let rest = '';
  const flush = (): void => {
    socket.write(text, 'latin1');
    text = '';
  };
  const ask = (command: string): Promise<unknown> => {
    if (text === '') process.nextTick(flush);
    text += command;
    return new Promise<string>((resolve) => waiting.push(resolve));
  };
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    const replies = rest + chunk.toString('latin1');
    let at = 0;
    for (;;) {
      const end = endOfReply(replies, at);
      if (end === -1) break;
      (waiting[answered++] as Answer)(replies.slice(at, end));
      at = end;
    }
    rest = replies.slice(at);
    if (answered < 10_000) return;
    waiting = waiting.slice(answered);
    answered = 0;
  });
  return {
    get: (key) => ask(`*2\r\n$3\r\nGET\r\n$${key.length}\r\n${key}\r\n`),
    set: (key, value) =>
      ask(`*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${value.length}\r\n${value}\r\n`),
    close() {
      socket.destroy();
      return Promise.resolve();
    },
  };
}

/** Returns the offset after the reply that starts at `at`; -1 if the reply is incomplete. */
function endOfReply(replies: string, at: number): number {
  const lineEnd = replies.indexOf('\r\n', at);
  if (lineEnd === -1) return -1;
  const length = replies[at] === '$' ? Number(replies.slice(at + 1, lineEnd)) : -1;
  const end = length === -1 ? lineEnd + 2 : lineEnd + 2 + length + 2;
  return end <= replies.length ? end : -1;
}
