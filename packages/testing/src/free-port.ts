import { createServer } from 'node:net';

// Below the range from which Linux and macOS take the local ports of outgoing connections: a client that dials
// a dead server here can never be connected to itself, and no connection can take the port before a restart.
const firstPort = 11_000;
const lastPort = 21_999;
// Where Redis Cluster listens for its bus, counted from the port of the node.
const busOffset = 10_000;

let next = firstPort + Math.floor(Math.random() * (lastPort - firstPort));

/**
 * A TCP port on 127.0.0.1 that nothing listens on now, outside the range of ephemeral ports. The same port is
 * not given twice in one process until some ten thousand others were. The port 10,000 above is free too, as
 * Redis Cluster needs it.
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
