import { createServer } from 'node:net';
import { claimPortRange, type PortRange } from './port-range.ts';

// Distance from a Cluster node's port to its bus port.
const busOffset = 10_000;

let range: Promise<PortRange> | undefined;
let next: number | undefined;

/**
 * Returns a TCP port on 127.0.0.1 that nothing is listening on, outside the range of ephemeral ports. The port that is
 * higher by 10,000 is free too, for the Redis Cluster bus. A process gets the same port again only after it has tried
 * all other ports in its range. Each of up to twenty processes has its own range of five hundred ports, so that no
 * other test takes the port of a server that is down; further processes use all ten thousand ports.
 *
 * @throws Error when none of the ports is free
 * @example
 * const port = await freePort();
 */
export async function freePort(): Promise<number> {
  range ??= claimPortRange();
  const { first, last } = await range;
  for (let tries = 0; tries <= last - first; tries++) {
    const port = next ?? first + Math.floor(Math.random() * (last - first));
    next = port === last ? first : port + 1;
    if ((await isFree(port)) && (await isFree(port + busOffset))) return port;
  }
  throw new Error(`No free port on 127.0.0.1 between ${first} and ${last}`);
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
