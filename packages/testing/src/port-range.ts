import { createServer } from 'node:net';

// All ports from here to `lastPort` are below the range from which Linux and macOS assign local ports to outgoing
// connections. Therefore, a client that dials a dead server never connects to itself, and no outgoing connection
// occupies a server's port while the server restarts.
const firstPort = 11_000;
const lastPort = 20_999;
/** Number of processes that each get a range of their own. */
const ranges = 20;
const size = (lastPort - firstPort + 1) / ranges;

/** Ports that only one process of this machine takes, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Claims a range of ports for this process or thread until it ends: the process listens on a port that stands for the
 * range. The ids of test workers do not tell processes apart: Vitest gives the same one to two workers when the tests
 * of its next project begin, and a child process inherits it. The listener does not keep the process alive. If all
 * ranges are claimed, the process shares all of them.
 */
export async function claimPortRange(): Promise<PortRange> {
  const from = Math.floor(Math.random() * ranges);
  for (let tries = 0; tries < ranges; tries++) {
    const index = (from + tries) % ranges;
    const first = firstPort + index * size;
    if (await claim(firstPort - ranges + index)) return { first, last: first + size - 1 };
  }
  return { first: firstPort, last: lastPort };
}

function claim(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy()).unref();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      resolve(true);
    });
  });
}
