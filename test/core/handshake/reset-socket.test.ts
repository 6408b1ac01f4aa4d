import { once } from 'node:events';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import tls from 'node:tls';
import { makeCertificates, type Certificates } from '@redis-resilience/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSocket, type Endpoint } from '../../../packages/core/src/handshake/open-socket.ts';
import { resetSocket } from '../../../packages/core/src/handshake/reset-socket.ts';

const block = Buffer.alloc(64 * 1024);
/** More data than the receiving kernel buffers, but less than the sending kernel buffers. */
const blocks = 12;

describe('a socket whose peer reads nothing, and that is reset', () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates();
  });
  afterAll(() => certificates.dispose());

  it.each(['tcp', 'tls'] as const)('delivers no more than had arrived (%s)', async (kind) => {
    await using byDestroy = await Pair.open(kind, certificates);
    await using byReset = await Pair.open(kind, certificates);
    await Promise.all([byDestroy.fill(), byReset.fill()]);
    byDestroy.near.destroy();
    resetSocket(byReset.near);
    const [destroyed, reset] = await Promise.all([byDestroy.arrived(), byReset.arrived()]);
    expect(destroyed).toBeGreaterThan(2 * reset);
    expect(byReset.near.destroyed).toBe(true);
  });

  it('closes also while its stream is ending', async () => {
    await using pair = await Pair.open('tcp', certificates);
    const { near } = pair;
    near.write(block);
    near.end();
    resetSocket(near);
    await once(near, 'close');
  });
});

it('a Unix socket that is reset closes', async () => {
  const path = `\0redis-resilience-${process.pid}`;
  const server = net.createServer().listen(path);
  await once(server, 'listening');
  const near = await openSocket({ path }, { signal: new AbortController().signal, keepAliveMs: 0 });
  resetSocket(near);
  await once(near, 'close');
  server.close();
});

/** A connection whose far end reads nothing until the test asks what has arrived. */
class Pair implements AsyncDisposable {
  readonly near: Socket;
  readonly #far: Socket;
  readonly #server: Server;

  constructor(near: Socket, far: Socket, server: Server) {
    this.near = near;
    this.#far = far;
    this.#server = server;
  }

  static async open(kind: 'tcp' | 'tls', { key, cert, ca }: Certificates): Promise<Pair> {
    const server = kind === 'tcp' ? net.createServer() : tls.createServer({ key, cert });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const accepted = once(server, kind === 'tcp' ? 'connection' : 'secureConnection');
    const endpoint: Endpoint = { host: '127.0.0.1', port, tls: kind === 'tls' ? { ca } : undefined };
    const near = await openSocket(endpoint, { signal: new AbortController().signal, keepAliveMs: 0 });
    const [far] = (await accepted) as [Socket];
    far.on('error', ignore);
    return new Pair(near, far, server);
  }

  /** Writes until the near end's kernel holds bytes that it cannot send. */
  async fill(): Promise<void> {
    for (let left = blocks; left > 0; left--) await new Promise((resolve) => this.near.write(block, resolve));
  }

  /** Reads everything, and returns the number of bytes. */
  async arrived(): Promise<number> {
    let bytes = 0;
    this.#far.on('data', (chunk: Buffer) => (bytes += chunk.length));
    if (!this.#far.closed) await once(this.#far, 'close');
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.near.destroy();
    this.#far.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function ignore(): void {
  // The close tells.
}
