import { createServer } from 'node:net';

// All ports from here to `lastPort` are below the range from which Linux and macOS assign local ports to outgoing
// connections. Therefore, a client that dials a dead server never connects to itself, and no outgoing connection
// occupies a server's port while the server restarts.
const firstPort = 11_000;
const lastPort = 21_999;
// Distance from a Cluster node's port to its bus port.
const busOffset = 10_000;
// Number of workers that each get a separate range of ports.
const ranges = 11;

const [first, last] = rangeOf(process.env['VITEST_POOL_ID'] ?? process.env['JEST_WORKER_ID']);
let next = first + Math.floor(Math.random() * (last - first));

/**
 * Returns a TCP port on 127.0.0.1 that nothing is listening on, outside the range of ephemeral ports. The port that is
 * higher by 10,000 is free too, for the Redis Cluster bus. A process gets the same port again only after it has tried
 * all other ports in its range. Each of up to eleven Vitest or Jest workers has its own range of a thousand ports, so
 * that no other test takes the port of a server that is down. A process that is not a test worker uses all eleven
 * thousand ports.
 *
 * @example
 * const port = await freePort();
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries <= last - first; tries++) {
    const port = next;
    next = next === last ? first : next + 1;
    if ((await isFree(port)) && (await isFree(port + busOffset))) return port;
  }
  throw new Error(`No free port on 127.0.0.1 between ${first} and ${last}`);
}

function rangeOf(worker: string | undefined): readonly [first: number, last: number] {
  const id = Number(worker);
  if (!Number.isInteger(id) || id < 1) return [firstPort, lastPort];
  const size = Math.floor((lastPort - firstPort + 1) / ranges);
  const start = firstPort + ((id - 1) % ranges) * size;
  return [start, start + size - 1];
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
