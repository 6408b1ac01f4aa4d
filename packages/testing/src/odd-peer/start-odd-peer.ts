import type { Socket } from 'node:net';
import { freePort } from '../free-port.ts';
import { listenOn, stopListening } from '../proxy/listen-on.ts';
import { manners } from './manners.ts';
import { startUnreachable } from './unreachable.ts';

/**
 * Somebody who is not the Redis you hoped for:
 *
 * - `silent` accepts and never answers; `unreachable` does not even accept: connecting hangs, as behind a firewall
 *   that drops packets
 * - `http`, `ssh`, `postgres`, `memcached` say what nginx, OpenSSH, PostgreSQL and memcached say to a Redis client
 * - `closes` accepts and closes at once; `garbage` answers with bytes that are no protocol
 * - `max-clients` is a Redis that is full; `refuses-hello` one too old (5.0) to know HELLO, working otherwise
 */
export type OddPeerKind =
  | 'silent'
  | 'unreachable'
  | 'http'
  | 'ssh'
  | 'postgres'
  | 'memcached'
  | 'closes'
  | 'garbage'
  | 'max-clients'
  | 'refuses-hello';

/** A peer started by `startOddPeer`. */
export interface OddPeer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** How many clients are connected now. */
  readonly connections: number;
  /** Stops listening and breaks all connections. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts a peer on a free port of 127.0.0.1 that answers as `kind` does.
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
