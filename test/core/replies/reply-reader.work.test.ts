import { describe, expect, it } from 'vitest';
import { ReplyReader } from '../../../packages/core/src/replies/reply-reader.ts';
import { piecesOf, pushAll } from './push-all.ts';

// Each byte may be searched once, copied twice and decoded once.
const mostPerByte = 4;

/** Returns how often the reader searched, copied or decoded each byte, on average. */
function workPerByte(bytes: Buffer, size: number): number {
  const reader = new ReplyReader();
  expect(pushAll(reader, piecesOf(bytes, size)).reason).toBeUndefined();
  return reader.handledBytes / bytes.length;
}

function bulkOf(size: number): Buffer {
  return Buffer.concat([Buffer.from(`$${size}\r\n`), Buffer.alloc(size, 'x'), Buffer.from('\r\n')]);
}

function listOf(size: number): Buffer {
  const element = '$5\r\nhello\r\n';
  const count = Math.ceil(size / element.length);
  return Buffer.from(`*${count}\r\n${element.repeat(count)}`);
}

describe('the work of the reply reader', () => {
  it.each([1, 7, 1000, 1460, 65_536])('grows with the bytes alone in chunks of %i', (size) => {
    const scale = size < 100 ? 1 : 16;
    for (const make of [bulkOf, listOf]) {
      const few = workPerByte(make(20_000 * scale), size);
      const many = workPerByte(make(80_000 * scale), size);
      expect(few).toBeLessThanOrEqual(mostPerByte);
      expect(many).toBeLessThanOrEqual(mostPerByte);
      expect(many / few).toBeLessThan(1.01);
    }
  });

  it('is the same for a line that comes byte by byte', () => {
    expect(workPerByte(Buffer.from(`+${'x'.repeat(60_000)}\r\n`), 1)).toBeLessThanOrEqual(mostPerByte);
  });

  it('is the same for lists within lists', () => {
    const nested = Buffer.from(`*20000\r\n${'*2\r\n*1\r\n:1\r\n+abc\r\n'.repeat(20_000)}`);
    expect(workPerByte(nested, 1)).toBeLessThanOrEqual(mostPerByte);
    expect(workPerByte(nested, 1460)).toBeLessThanOrEqual(mostPerByte);
  });
});
