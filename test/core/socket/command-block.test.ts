import fc from 'fast-check';
import { Command } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { appendCommand, blockWith, mostBytesOf } from '../../../packages/core/src/socket/command-block.ts';

/** Returns the bytes of a command as core encodes it. */
function encoded(name: string, args: readonly unknown[]): Buffer {
  const block = blockWith(mostBytesOf(name, args));
  const from = block.end;
  appendCommand(block, name, args);
  return Buffer.from(block.bytes.subarray(from, block.end));
}

const texts = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom('a', 'é', '\ud800', '😀', '\0'), maxLength: 60 }),
);
const names = fc.constantFrom('set', 'GET', 'a-command-with-a-name-of-length', 'é');
const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));

describe('a command in a block', () => {
  it('has the bytes that ioredis would have written', () => {
    fc.assert(
      fc.property(names, fc.array(fc.oneof(texts, bytes), { maxLength: 12 }), (name, args) => {
        const theirs = new Command(name, args);
        expect(encoded(name, args)).toEqual(Buffer.from(theirs.toWritable(undefined as never)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('has at most as many bytes as were reserved', () => {
    fc.assert(
      fc.property(names, fc.array(fc.oneof(texts, bytes)), (name, args) => {
        expect(encoded(name, args).length).toBeLessThanOrEqual(mostBytesOf(name, args));
      }),
    );
  });

  it('is not encoded when an argument is neither text nor bytes', () => {
    expect(mostBytesOf('set', ['key', 1])).toBe(Infinity);
  });

  it('follows the one before in the same block while there is room, and begins another block then', () => {
    const first = blockWith(16_000);
    first.end += 10;
    expect(blockWith(16_000)).toBe(first);
    first.end = first.bytes.length - 100;
    expect(blockWith(16_000)).not.toBe(first);
  });
});
