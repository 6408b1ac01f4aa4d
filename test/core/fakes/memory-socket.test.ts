import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { ManualClock, waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { MemoryLink } from './memory-link.ts';

/** Both ends of one connection, and the events on each. */
interface Pair extends AsyncDisposable {
  readonly near: Socket;
  readonly far: Socket;
  /** Lets time pass until the condition is true. */
  until(condition: () => boolean): Promise<void>;
}

async function inMemory(): Promise<Pair> {
  const clock = new ManualClock();
  const link = new MemoryLink({ clock, latencyMs: 1, host: '10.0.0.1', port: 6379 });
  return {
    near: link.near.asSocket,
    far: link.far.asSocket,
    async until(condition) {
      for (let passed = 0; passed < 1_000 && !condition(); passed++) await clock.travelAsync(1);
      if (!condition()) throw new Error('It did not come to pass.');
    },
    async [Symbol.asyncDispose]() {
      await clock.travelAsync(10);
    },
  };
}

async function throughTheKernel(): Promise<Pair> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const near = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [far] = await accepted;
  return {
    near,
    far,
    async until(condition) {
      await waitFor(condition);
    },
    async [Symbol.asyncDispose]() {
      near.destroy();
      far.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const both = [
  { name: 'in memory', open: inMemory },
  { name: 'through the kernel', open: throughTheKernel },
] as const;

describe.each(both)('a connection $name', ({ open }) => {
  it('keeps the order in which bytes are written, corked or not', async () => {
    await using pair = await open();
    const { text } = watch(pair.far);
    pair.near.write('one ');
    pair.near.cork();
    pair.near.write('two ');
    pair.near.write('three');
    pair.near.uncork();
    await pair.until(() => text() === 'one two three');
    expect(pair.near.bytesWritten).toBe(13);
  });

  it('keeps bytes for an end that is paused', async () => {
    await using pair = await open();
    const { text } = watch(pair.far);
    pair.far.pause();
    pair.near.write('early');
    const { text: back } = watch(pair.near);
    pair.far.write('back');
    await pair.until(() => back() === 'back');
    expect(text()).toBe('');
    pair.far.resume();
    await pair.until(() => text() === 'early');
  });

  it('takes no more than a peer that does not read leaves room for, and more once it reads', async () => {
    await using pair = await open();
    const { text } = watch(pair.far);
    pair.far.pause();
    const block = 'x'.repeat(64 * 1024);
    let written = 0;
    while (pair.near.write(block) || written < 100) written++;
    let hasDrained = false;
    pair.near.once('drain', () => {
      hasDrained = true;
    });
    expect(pair.near.writableNeedDrain).toBe(true);
    pair.far.resume();
    await pair.until(() => hasDrained);
    await pair.until(() => text().length === (written + 1) * block.length);
  });

  it('is read to its last byte and closed by both when one end ends it', async () => {
    await using pair = await open();
    const [near, far] = [watch(pair.near), watch(pair.far)];
    pair.near.end('last words');
    await pair.until(() => pair.near.closed && pair.far.closed);
    expect(far.text()).toBe('last words');
    expect(far.events).toEqual(['end', 'finish', 'close']);
    expect(near.events).toEqual(['finish', 'end', 'close']);
  });

  it('sends the bytes that it was given before it is destroyed soon', async () => {
    await using pair = await open();
    const far = watch(pair.far);
    watch(pair.near);
    pair.near.write('last words');
    pair.near.destroySoon();
    await pair.until(() => pair.near.closed && pair.far.closed);
    expect(far.text()).toBe('last words');
  });

  it('closes a moment after it is destroyed, and the other end after it', async () => {
    await using pair = await open();
    const [near, far] = [watch(pair.near), watch(pair.far)];
    pair.near.destroy();
    expect(pair.near.destroyed).toBe(true);
    expect(near.events).toEqual([]);
    await pair.until(() => pair.far.closed);
    expect(near.events).toEqual(['close']);
    expect(far.events).toEqual(['end', 'finish', 'close']);
    expect(pair.near.closed).toBe(true);
  });

  it('fails and closes at the other end when it is reset', async () => {
    await using pair = await open();
    const near = watch(pair.near);
    watch(pair.far);
    pair.far.resetAndDestroy();
    await pair.until(() => pair.near.closed);
    expect(near.events).toEqual(['ECONNRESET', 'close']);
  });

  it('tells an end that does not read that it is over', async () => {
    await using pair = await open();
    pair.far.destroy();
    await pair.until(() => pair.near.closed);
    expect(pair.near.readableEnded).toBe(true);
  });
});

describe('a link', () => {
  it('carries everything in its time, in order, also when that time changes', async () => {
    const clock = new ManualClock();
    const link = new MemoryLink({ clock, latencyMs: 5, host: '10.0.0.1', port: 6379 });
    const { text } = watch(link.far.asSocket);
    link.near.write('slow ');
    await clock.travelAsync(1);
    link.latencyMs = 1;
    link.near.write('fast');
    await clock.travelAsync(3);
    expect(text()).toBe('');
    await clock.travelAsync(1);
    expect(text()).toBe('slow fast');
  });

  it('loses all bytes when it is cut, also those under way, and tells neither end', async () => {
    const clock = new ManualClock();
    const link = new MemoryLink({ clock, latencyMs: 5, host: '10.0.0.1', port: 6379 });
    const far = watch(link.far.asSocket);
    link.near.write('lost');
    await clock.travelAsync(1);
    link.isCut = true;
    link.near.destroy();
    await clock.travelAsync(100);
    expect(far.text()).toBe('');
    expect(far.events).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});

function watch(socket: Socket): { readonly events: string[]; readonly text: () => string } {
  const events: string[] = [];
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  for (const event of ['end', 'finish', 'close']) socket.on(event, () => events.push(event));
  socket.on('error', (error: NodeJS.ErrnoException) => events.push(String(error.code)));
  return { events, text: () => text };
}
