import { connect, type Socket } from 'node:net';

/**
 * Measures how many requests per second a server answers on `connections` keep-alive connections, with one
 * request in flight on each.
 */
export async function httpLoad(port: number, connections: number, ms: number): Promise<number> {
  let answered = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + ms;
  await Promise.all(
    Array.from({ length: connections }, () => ask(port, () => performance.now() < endsAt && ++answered > 0)),
  );
  return (answered / (performance.now() - startedAt)) * 1_000;
}

const request = Buffer.from('GET /products HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n');
/** The end of every response body of framework-apps.ts. */
const ending = Buffer.from('"end":true}');

function ask(port: number, goOn: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.setNoDelay(true);
    let tail: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      tail = chunk.length >= ending.length ? chunk : Buffer.concat([tail, chunk]);
      if (!tail.subarray(-ending.length).equals(ending)) return;
      if (goOn()) {
        socket.write(request);
        return;
      }
      socket.destroy();
      resolve();
    });
    socket.on('error', reject);
  });
}
