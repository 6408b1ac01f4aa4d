import { connect as connectTcp, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { waitFor } from '@redis-resilience/testing';

/** A plain socket, and everything that happened on it; closed when the test ends. */
export interface RawClient {
  readonly socket: Socket;
  /** Everything received so far. */
  readonly received: () => string;
  /** Whether the peer sent FIN. */
  readonly ended: () => boolean;
  /** Code of the socket's error. */
  readonly failed: () => string | undefined;
  /** Sends bytes, and resolves with everything received so far once that matches `until`. */
  ask(text: string, until: string | ((received: string) => boolean)): Promise<string>;
}

export async function connect(peer: { host: string; port: number }): Promise<RawClient> {
  const client = dial(peer);
  await waitFor(() => !client.socket.connecting, { message: 'the connection' });
  if (client.failed()) throw new Error(client.failed());
  return client;
}

/** Connects without waiting, because the peer may refuse or break the connection immediately. */
export function dial(peer: { host: string; port: number }): RawClient {
  return watch(connectTcp({ host: peer.host, port: peer.port, allowHalfOpen: true }));
}

export function watch(socket: Socket): RawClient {
  let received = '';
  let ended = false;
  let failed: string | undefined;
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => (received += text));
  socket.on('end', () => (ended = true));
  socket.on('error', (error: NodeJS.ErrnoException) => (failed = error.code ?? error.message));
  onTestFinished(() => {
    socket.destroy();
  });
  return {
    socket,
    received: () => received,
    ended: () => ended,
    failed: () => failed,
    ask: async (text, until) => {
      socket.write(text, 'latin1');
      const enough = typeof until === 'string' ? (all: string) => all.endsWith(until) : until;
      await waitFor(() => enough(received), { timeoutMs: 10_000, message: `an answer to ${text.trim()}` });
      return received;
    },
  };
}

/** Encodes a command as clients do. */
export function resp(...args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;
}

export const ping = resp('PING');
