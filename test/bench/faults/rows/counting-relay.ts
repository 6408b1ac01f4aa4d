import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Address } from '../peers/peer.js';

/** Forwards all bytes, and counts the round trips: how often the client sent data after it had received some. */
export interface CountingRelay extends Address, Disposable {
  /** The number of round trips on all connections since the last reset. */
  readonly roundTrips: number;
  /** Breaks all connections with RST, and resets the counter. */
  reset(): void;
}

export async function startCountingRelay(target: Address): Promise<CountingRelay> {
  const clients = new Set<Socket>();
  let roundTrips = 0;
  const listener = createServer((client) => {
    const server = connect(target);
    let hasHeard = true;
    clients.add(client.setNoDelay());
    server.setNoDelay();
    client.on('data', (bytes) => {
      if (hasHeard) roundTrips++;
      hasHeard = false;
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      hasHeard = true;
      client.write(bytes);
    });
    client.on('error', ignore).on('close', () => {
      clients.delete(client);
      server.destroy();
    });
    server.on('error', ignore).on('close', () => client.destroy());
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    get roundTrips() {
      return roundTrips;
    },
    reset() {
      for (const client of clients) client.resetAndDestroy();
      roundTrips = 0;
    },
    [Symbol.dispose]() {
      for (const client of clients) client.destroy();
      listener.close();
    },
  };
}

function ignore(): void {
  // Its close follows.
}
