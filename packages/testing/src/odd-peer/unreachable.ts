import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { OddPeer } from './odd-peer.ts';

const patienceMs = 100;
const mostFillers = 16;

/**
 * Opens a port on which connecting hangs. A thread listens with the shortest possible accept queue and never accepts a
 * connection, and this function fills the queue. The kernel then drops each further SYN, as a firewall does.
 */
export async function startUnreachable(port: number): Promise<OddPeer> {
  const thread = new Worker(neverAccept, { eval: true, workerData: port });
  thread.unref();
  await once(thread, 'message');
  const fillers: Socket[] = [];
  const close = async (): Promise<void> => {
    for (const filler of fillers) filler.destroy();
    await thread.terminate();
  };
  do {
    if (fillers.length === mostFillers) {
      await close();
      throw new Error(
        'Cannot make an unreachable port: the kernel completes every connection, although the queue of the listener is full.',
      );
    }
    fillers.push(connect({ port, host: '127.0.0.1' }));
  } while (await connects(fillers.at(-1)));
  return { host: '127.0.0.1', port, connections: 0, close, [Symbol.asyncDispose]: close };
}

const neverAccept = `
const { parentPort, workerData } = require('node:worker_threads');
const server = require('node:net').createServer();
server.listen({ port: workerData, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort.postMessage('listening');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
`;

async function connects(socket: Socket | undefined): Promise<boolean> {
  if (!socket) return false;
  socket.unref();
  socket.on('error', () => undefined);
  const connected = once(socket, 'connect').then(
    () => true,
    () => false,
  );
  return Promise.race([connected, delay(patienceMs, false)]);
}
