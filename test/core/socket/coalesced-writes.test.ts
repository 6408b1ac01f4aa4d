import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { ManualClock, waitFor } from '@redis-resilience/testing';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock, type Clock } from '../../../packages/core/src/clock.ts';
import { unwatchThaws, watchThaws } from '../../../packages/core/src/event-loop/thaw-watches.ts';
import { CoalescedWrites } from '../../../packages/core/src/socket/coalesced-writes.ts';
import type { WritesNews } from '../../../packages/core/src/socket/writes-news.ts';

interface Pair extends AsyncDisposable {
  readonly socket: Socket;
  readonly peer: Socket;
  readonly writes: CoalescedWrites;
  readonly flushes: number[];
  readonly blocked: boolean[];
  received(): Buffer;
}

/** Opens a real connection whose near socket gathers writes. */
async function openPair(clock: Clock = systemClock): Promise<Pair> {
  const server: Server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const socket = connect((server.address() as { port: number }).port, '127.0.0.1');
  const [peer] = await accepted;
  const chunks: Buffer[] = [];
  peer.on('data', (chunk: Buffer) => chunks.push(chunk));
  const flushes: number[] = [];
  const blocked: boolean[] = [];
  const onNews = ({ kind }: WritesNews): void => {
    if (kind === 'flush') flushes.push(socket.bytesWritten);
    else if (kind === 'room-changed') blocked.push(writes.isBlocked);
  };
  const writes: CoalescedWrites = new CoalescedWrites(socket, { onNews }, clock);
  return {
    socket,
    peer,
    writes,
    flushes,
    blocked,
    received: () => Buffer.concat(chunks),
    async [Symbol.asyncDispose]() {
      socket.destroy();
      peer.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('writes of one turn', () => {
  it('leave together, in order', async () => {
    await using pair = await openPair();
    for (let index = 0; index < 50; index++) pair.socket.write(`command ${index};`);
    const expected = Array.from({ length: 50 }, (_, index) => `command ${index};`).join('');
    await waitFor(() => pair.received().length === expected.length);

    expect(pair.received().toString()).toBe(expected);
    expect(pair.flushes).toHaveLength(1);
  });

  it('leave in few calls when they are of many bytes, without joining large values', async () => {
    await using pair = await openPair();
    const large = 'x'.repeat(100_000);
    const binary = Buffer.alloc(50_000, 7);
    pair.socket.write('small;');
    pair.socket.write(large);
    pair.socket.write(binary);
    pair.socket.write(';small');
    const sentAtOnce = pair.socket.bytesWritten;
    await waitFor(() => pair.received().length === 150_012);

    expect(sentAtOnce).toBe(0);
    expect(
      pair.received().equals(Buffer.concat([Buffer.from(`small;${large}`), binary, Buffer.from(';small')])),
    ).toBe(true);
    expect(pair.flushes.length).toBeLessThanOrEqual(3);
  });

  it('leave in order when commands, texts and bytes of several connections come by turns', async () => {
    await using pair = await openPair();
    await using other = await openPair();
    let expected = '';
    for (let index = 0; index < 40; index++) {
      other.writes.writeCommand('get', [`of another connection ${index}`]);
      if (index % 3 === 0) pair.socket.write(((expected += `text ${index};`), `text ${index};`));
      else if (index % 7 === 0)
        pair.socket.write(((expected += `bytes ${index};`), Buffer.from(`bytes ${index};`)));
      else {
        pair.writes.writeCommand('get', [`${index}é`]);
        const length = Buffer.byteLength(`${index}é`);
        expected += `*2\r\n$3\r\nget\r\n$${length}\r\n${index}é\r\n`;
      }
    }
    await waitFor(() => pair.received().length === Buffer.byteLength(expected));

    expect(pair.received().toString()).toBe(expected);
    expect(pair.flushes).toHaveLength(1);
  });

  it('keep the bytes of a command as they were when it was written', async () => {
    await using pair = await openPair();
    const value = Buffer.from('before');
    pair.writes.writeCommand('set', ['key', value]);
    value.write('after!');
    await waitFor(() => pair.received().length > 0);

    expect(pair.received().toString()).toContain('before');
    expect(pair.writes.writeCommand('set', ['key', 'x'.repeat(20_000)])).toBe(false);
  });

  it('leave a command that comes alone to be encoded as text, but copy those that come together', async () => {
    await using pair = await openPair();
    const { writes } = pair;
    expect(writes.writeCommand('get', ['first'])).toBe(true);
    await waitFor(() => pair.flushes.length === 1);
    writes.noteRead();

    expect(writes.writeCommand('get', ['alone'])).toBe(false);
    expect(writes.writeCommand('get', ['of a batch'], true)).toBe(true);
    expect(writes.writeCommand('get', ['second'])).toBe(true);
    await waitFor(() => pair.flushes.length === 2);
    writes.noteRead();

    expect(writes.writeCommand('get', ['one of several'])).toBe(true);
  });

  it('stay while the kernel takes no more, and leave in order when it does', async () => {
    await using pair = await openPair();
    pair.peer.pause();
    const block = 'y'.repeat(64_000);
    let written = 0;
    await waitFor(() => {
      pair.socket.write(block);
      written++;
      return pair.writes.isBlocked;
    });
    pair.socket.write('the end');
    await new Promise((resolve) => setImmediate(resolve));
    // The last write is still gathered, so Node has not counted its bytes.
    const given = pair.socket.bytesWritten;
    pair.peer.resume();
    await waitFor(() => pair.received().length === written * 64_000 + 7, { timeoutMs: 10_000 });

    expect(given).toBeLessThan(written * 64_000 + 7);
    expect(pair.received().subarray(-7).toString()).toBe('the end');
    expect(pair.blocked[0]).toBe(true);
    await waitFor(() => pair.blocked.at(-1) === false);
    expect(pair.writes.isBlocked).toBe(false);
  });

  it('leave before the end of the socket', async () => {
    await using pair = await openPair();
    pair.socket.write('last words');
    pair.socket.end();
    await waitFor(() => pair.received().toString() === 'last words');
  });

  it('keep their place when they have a callback or an encoding', async () => {
    await using pair = await openPair();
    pair.socket.write('one ');
    const called = new Promise<void>((resolve, reject) => {
      pair.socket.write('two ', 'utf8', (error) => (error ? reject(error) : resolve()));
    });
    pair.socket.write('three');
    await called;
    await waitFor(() => pair.received().toString() === 'one two three');
  });

  it('do nothing on a destroyed socket', async () => {
    await using pair = await openPair();
    pair.socket.on('error', () => undefined);
    pair.socket.write('never');
    pair.socket.destroy();
    pair.socket.write('ever');
    await once(pair.socket, 'close');
    expect(pair.received().length).toBe(0);
  });

  it('arrive whole and in order, whatever their sizes and turns', async () => {
    const chunk = fc.oneof(
      fc.string({ minLength: 1, maxLength: 40 }),
      fc.string({ minLength: 1, maxLength: 3 }).map((text) => text.repeat(9_000)),
      fc.uint8Array({ minLength: 1, maxLength: 3_000 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(chunk, { maxLength: 12 }), { maxLength: 6 }), async (turns) => {
        await using pair = await openPair();
        const expected = Buffer.concat(turns.flat().map((each) => Buffer.from(each)));
        for (const turn of turns) {
          for (const each of turn) pair.socket.write(each);
          if (turn.length % 2 === 0) pair.writes.noteRead();
          await new Promise((resolve) => setImmediate(resolve));
        }
        await waitFor(() => pair.received().length >= expected.length);
        expect(pair.received().equals(expected)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

it('keeps more text than fits into a string while the kernel’s buffer is full', async () => {
  await using pair = await openPair();
  pair.peer.pause();
  pair.socket.write('x'.repeat(64 * 1024 * 1024));
  await waitFor(() => pair.writes.isBlocked);
  const chunk = 'x'.repeat(16_000);
  for (let written = 0; written < 2 ** 29; written += chunk.length) pair.socket.write(chunk);
  expect(pair.writes.isBlocked).toBe(true);
});

describe('writes after the process has stood still', () => {
  it('leave, in order, when the socket has been read', async () => {
    await using pair = await openPair(stalledClock());
    pair.socket.write('first;');
    for (let index = 0; index < 2000; index++) pair.socket.write('more;');
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(pair.flushes).toEqual([]);
    await waitFor(() => pair.received().length === 6 + 2000 * 5);
    expect(pair.received().toString()).toBe(`first;${'more;'.repeat(2000)}`);
    expect(pair.flushes).toHaveLength(1);
  });

  it('never leave if the peer ended the connection meanwhile', async () => {
    await using pair = await openPair(stalledClock());
    pair.socket.resume();
    pair.peer.end();
    // The bytes of the end have arrived in this process when the peer's socket has finished, but have not been read.
    await once(pair.peer, 'finish');
    pair.socket.write('command;');
    await once(pair.socket, 'close');
    expect(pair.flushes).toEqual([]);
    expect(pair.socket.bytesWritten).toBe(0);
  });
});

/** Returns the clock of a process that has just stood still for a second. */
function stalledClock(): Clock {
  const clock = new ManualClock();
  const onThaw = (): void => undefined;
  watchThaws(clock, onThaw);
  onTestFinished(() => unwatchThaws(clock, onThaw));
  clock.jump(1_250);
  return clock;
}
