import { once } from 'node:events';
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { connectReading, keptBytes, lendBytes } from '../../../packages/core/src/handshake/borrowed-bytes.ts';

describe('a socket that lends its bytes', () => {
  it('overwrites them with those that it reads next, unless they are kept', async () => {
    await using pair = await Pair.open();
    const chunks = pair.chunks();
    lendBytes(pair.near);
    const kept: Buffer[] = [];
    pair.near.on('data', (chunk: Buffer) => kept.push(keptBytes(chunk)));
    for (const [index, text] of ['one', 'two'].entries()) {
      pair.far.write(text);
      await waitFor(() => chunks.length > index);
    }
    expect(chunks.map(String)).toEqual(['two', 'two']);
    expect(kept.map(String)).toEqual(['one', 'two']);
    expect(keptBytes(kept[0] as Buffer)).toBe(kept[0]);
  });

  it('emits bytes that arrived before after a pause, and in their order', async () => {
    await using pair = await Pair.open();
    const { near, far } = pair;
    near.resume().pause();
    far.write('one ');
    // Reading from a paused socket makes Node read ahead.
    await waitFor(() => {
      near.read(0);
      return near.readableLength > 0;
    });
    lendBytes(near);
    far.write('two ');
    await waitFor(() => {
      near.read(0);
      return near.bytesRead === 8;
    });
    let text = '';
    near.on('data', (chunk: Buffer) => (text += chunk.toString()));
    near.resume();
    far.write('three');
    await waitFor(() => text === 'one two three');
  });

  it('reads nothing while it is paused', async () => {
    await using pair = await Pair.open();
    const chunks = pair.chunks();
    lendBytes(pair.near);
    pair.far.write('one');
    await waitFor(() => chunks.length === 1);
    pair.near.pause();
    await new Promise<void>((resolve) => pair.far.write('two', () => resolve()));
    expect(chunks).toHaveLength(1);
    pair.near.resume();
    await waitFor(() => chunks.length === 2);
  });

  it('ends as any socket', async () => {
    await using pair = await Pair.open();
    const chunks = pair.chunks();
    lendBytes(pair.near);
    pair.far.end('last');
    await once(pair.near, 'end');
    expect(chunks.map(String)).toEqual(['last']);
    await once(pair.near, 'close');
  });
});

describe('a socket that does not lend its bytes', () => {
  it('emits chunks that stay as they are', async () => {
    await using pair = await Pair.open();
    const chunks = pair.chunks();
    for (const [index, text] of ['one', 'two'].entries()) {
      pair.far.write(text);
      await waitFor(() => chunks.length > index);
    }
    expect(chunks.map(String)).toEqual(['one', 'two']);
  });

  it('keeps bytes that arrive before it has a listener', async () => {
    await using pair = await Pair.open();
    pair.far.write('early');
    await waitFor(() => pair.near.readableLength > 0);
    const chunks = pair.chunks();
    await waitFor(() => chunks.map(String).join('') === 'early');
  });

  it('reads no more than its stream takes while nobody reads the stream', async () => {
    await using pair = await Pair.open();
    const { near, far } = pair;
    far.write(Buffer.alloc(8 * 1024 * 1024));
    await waitFor(() => near.readableLength >= near.readableHighWaterMark);
    const { bytesRead } = near;
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(near.bytesRead).toBe(bytesRead);
    let length = 0;
    near.on('data', (chunk: Buffer) => (length += chunk.length));
    await waitFor(() => length === 8 * 1024 * 1024);
  });
});

/** A socket of `connectReading`, and the other end of its connection. */
class Pair implements AsyncDisposable {
  readonly near: Socket;
  readonly far: Socket;
  readonly #server: Server;

  constructor(near: Socket, far: Socket, server: Server) {
    this.near = near;
    this.far = far;
    this.#server = server;
  }

  static async open(): Promise<Pair> {
    const server = net.createServer().listen(0, 'localhost');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const accepted = once(server, 'connection');
    const near = connectReading({ host: 'localhost', port });
    const [far] = (await accepted) as [Socket];
    return new Pair(near, far, server);
  }

  /** Returns the chunks that the socket emits from now on. */
  chunks(): readonly Buffer[] {
    const chunks: Buffer[] = [];
    this.near.on('data', (chunk: Buffer) => chunks.push(chunk));
    return chunks;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.near.destroy();
    this.far.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
