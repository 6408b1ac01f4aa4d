import type { Socket } from 'node:net';
import { freePort } from '../free-port.ts';
import { listenOn, stopListening } from '../proxy/listen-on.ts';
import { manners } from './manners.ts';
import type { OddPeer, OddPeerKind } from './odd-peer.ts';
import { startUnreachable } from './unreachable.ts';

/**
 * Starts a peer on a free port of 127.0.0.1 that behaves like `kind`.
 *
 * @example
 * await using peer = await startOddPeer('ssh');
 * const client = new Redis(peer.port, peer.host); // Protocol error, got "S" as reply type byte
 */
export async function startOddPeer(kind: OddPeerKind): Promise<OddPeer> {
  const port = await freePort();
  if (kind === 'unreachable') return startUnreachable(port);
  const clients = new Set<Socket>();
  const server = await listenOn(port, '127.0.0.1', (client) => {
    clients.add(client);
    client.on('close', () => clients.delete(client));
    client.on('error', () => undefined);
    client.on('end', () => client.end());
    client.resume();
    manners[kind](client);
  });
  const close = async (): Promise<void> => {
    stopListening(server);
    for (const client of clients) client.destroy();
  };
  return {
    host: '127.0.0.1',
    port,
    get connections() {
      return clients.size;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
