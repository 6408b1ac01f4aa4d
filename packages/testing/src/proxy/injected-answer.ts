import type { Socket } from 'node:net';
import { ReplyReader } from '@redis-resilience/core/protocol';

/**
 * Replies to each command from `client` with the same bytes. If the client does not send RESP, replies to each chunk
 * instead.
 */
export function injectAnswer(client: Socket, answer: Buffer): void {
  const commands = new ReplyReader();
  client.on('error', () => undefined);
  client.on('end', () => client.end());
  client.on('data', (chunk: Buffer) => {
    for (let due = commandsIn(commands, chunk); due > 0; due--) client.write(answer);
  });
}

function commandsIn(commands: ReplyReader, chunk: Buffer): number {
  const { replies, failure } = commands.push(chunk);
  return replies.length + (failure === undefined ? 0 : 1);
}
