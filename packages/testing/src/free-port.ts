import { createServer } from 'node:net';

// Below the range from which Linux and macOS take the local ports of outgoing connections: a client that dials a dead
// server here can never connect to itself, and no connection can take the port while a server restarts.
const firstPort = 11_000;
const lastPort = 21_999;
// Distance from the port of a Cluster node to the port of its bus.
const busOffset = 10_000;

let next = firstPort + Math.floor(Math.random() * (lastPort - firstPort));

/**
 * A TCP port on 127.0.0.1 that nothing listens on now, outside the range of ephemeral ports. One process gets the same
 * port again only after some ten thousand others. The port 10,000 above it is free too, for the bus of Redis Cluster.
 *
 * @example
 * const port = await freePort();
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries <= lastPort - firstPort; tries++) {
    const port = next;
    next = next === lastPort ? firstPort : next + 1;
    if ((await isFree(port)) && (await isFree(port + busOffset))) return port;
  }
  throw new Error(`No free port on 127.0.0.1 between ${firstPort} and ${lastPort}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
