import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../packages/core/src/errors.ts';
import type { ProtocolErrorReason } from '../../../packages/core/src/replies/protocol-error.ts';
import { defaultReplyLimits, type ReplyLimits } from '../../../packages/core/src/replies/reply-limits.ts';
import { ReplyReader } from '../../../packages/core/src/replies/reply-reader.ts';
import { piecesOf, pushAll } from './push-all.ts';

const wholes = [1, 2, 3, 1000, 1_000_000];

describe('bytes that are no reply', () => {
  it.each<readonly [string, string, ProtocolErrorReason]>([
    ['HTTP', 'HTTP/1.1 400', 'not-resp'],
    ['SSH', 'SSH-2.0', 'not-resp'],
    ['zeros', '\0\0', 'not-resp'],
    ['a TLS alert', '\u0015\u0003\u0003', 'tls'],
    ['a TLS handshake', '\u0016\u0003\u0001', 'tls'],
    ['the first content type of TLS', '\u0014\u0003', 'tls'],
    ['the last content type of TLS', '\u0017\u0003', 'tls'],
    ['a content type that is too low for TLS', '\u0013\u0003', 'not-resp'],
    ['a content type that is too high for TLS', '\u0018\u0003', 'not-resp'],
    ['a zero before the version of TLS', '\0\u0003', 'not-resp'],
    ['a byte of TLS and nothing else of it', '\u0015a', 'not-resp'],
    ['a line end first', '\r\n', 'not-resp'],
    ['an integer without digits', ':\r\n', 'malformed'],
    ['an integer of letters', ':1x\r\n', 'malformed'],
    ['an integer of twenty digits', `:${'1'.repeat(20)}\r\n`, 'malformed'],
    ['a big number that is none', '(1.5\r\n', 'malformed'],
    ['a double that is none', ',1.2.3\r\n', 'malformed'],
    ['a hexadecimal double', ',0x10\r\n', 'malformed'],
    ['a double of blanks', ', \r\n', 'malformed'],
    ['a boolean that is none', '#true\r\n', 'malformed'],
    ['a null with a value', '_0\r\n', 'malformed'],
    ['a bulk of negative length', '$-2\r\n', 'malformed'],
    ['a bulk without a length', '$\r\n', 'malformed'],
    ['a bulk of a length that is no number', '$abc\r\n', 'malformed'],
    ['a bulk of a length with a blank', '$ 1\r\n', 'malformed'],
    ['a bulk of a fractional length', '$1.5\r\n', 'malformed'],
    ['a bulk of a length of 400 digits', `$${'9'.repeat(400)}\r\n`, 'malformed'],
    ['a bulk that does not end where it says', '$2\r\nabcd\r\n', 'malformed'],
    ['a bulk with half a line end', '$2\r\nab\rx', 'malformed'],
    ['a list of negative length', '*-2\r\n', 'malformed'],
    ['a list of garbage length', '*1e3\r\n', 'malformed'],
    ['a map without entries or nothing', '%-1\r\n', 'malformed'],
    ['a verbatim string without a format', '=3\r\nabc\r\n', 'malformed'],
    ['an error of negative length', '!-1\r\n', 'malformed'],
    ['a push within a list', '*1\r\n>1\r\n+a\r\n', 'malformed'],
    ['a streamed string', '$?\r\n', 'streamed'],
    ['a streamed list', '*?\r\n', 'streamed'],
    ['a streamed map', '%?\r\n', 'streamed'],
    ['more elements than there is memory for', '*4294967296\r\n', 'too-many-elements'],
    ['the most entries ten digits can say', '%9999999999\r\n', 'too-many-elements'],
    ['lists that announce more and more', '*4000000\r\n'.repeat(2), 'too-many-elements'],
    ['10,000 nested lists', '*1\r\n'.repeat(10_000), 'too-deep'],
    ['10,000 nested attributes', '|1\r\n'.repeat(10_000), 'too-deep'],
    ['a bulk larger than a string', '$4294967296\r\n', 'too-large'],
    ['a line that never ends', `+${'x'.repeat(100_000)}`, 'line-too-long'],
    ['a length that never ends', `$${'1'.repeat(100_000)}`, 'line-too-long'],
  ])('fail with a reason, however they are cut: %s', (_name, text, reason) => {
    const bytes = Buffer.from(text, 'latin1');
    for (const size of wholes) {
      expect(pushAll(new ReplyReader(), piecesOf(bytes, size))).toEqual({ replies: [], reason });
    }
  });

  it('fail without being quoted', () => {
    const { failure } = new ReplyReader().push(Buffer.from('hunter2'));
    expect(`${failure?.message} ${failure?.stack} ${JSON.stringify(failure)}`).not.toContain('hunter');
  });
});

describe('a limit of the reply reader', () => {
  it.each<readonly [keyof ReplyLimits, number, string, string, ProtocolErrorReason]>([
    ['maxLineBytes', 5, '+abcd\r\n', '+abcde\r\n', 'line-too-long'],
    ['maxDepth', 3, '*1\r\n*1\r\n*1\r\n:1\r\n', '*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n', 'too-deep'],
    ['maxDepth', 1, '*0\r\n', '*1\r\n*0\r\n', 'too-deep'],
    ['maxElements', 4, '*2\r\n*2\r\n:1\r\n:1\r\n:1\r\n', '*2\r\n*3\r\n', 'too-many-elements'],
    ['maxElements', 4, '%2\r\n:1\r\n:1\r\n:1\r\n:1\r\n', '%3\r\n', 'too-many-elements'],
    ['maxReplyBytes', 9, '$3\r\nabc\r\n', '$4\r\n', 'too-large'],
    ['maxReplyBytes', 9, '*1\r\n+ab\r\n', '*1\r\n+abc\r\n', 'too-large'],
    ['maxReplyBytes', 20, '*2\r\n$2\r\nab\r\n$2\r\ncd\r\n', '*2\r\n$2\r\nab\r\n$3\r\n', 'too-large'],
    ['maxReplyBytes', 20, '*2\r\n$3\r\nabc\r\n+cd\r\n', '*2\r\n$3\r\nabc\r\n+cdefg\r\n', 'too-large'],
    ['maxReplyBytes', 20, '|1\r\n+a\r\n+b\r\n+abc\r\n', '|1\r\n+a\r\n+b\r\n+abcdef\r\n', 'too-large'],
  ])('is kept to the byte: %s of %i', (name, limit, within, beyond, reason) => {
    for (const size of wholes) {
      const reader = new ReplyReader({ [name]: limit });
      expect(pushAll(reader, piecesOf(Buffer.from(within), size)).reason).toBeUndefined();
      expect(pushAll(reader, piecesOf(Buffer.from(within), size)).replies).toHaveLength(1);
      expect(pushAll(reader, piecesOf(Buffer.from(beyond), size))).toEqual({ replies: [], reason });
    }
  });

  it('maxLineBytes fails a line as soon as it is too long, and not before', () => {
    for (const size of wholes) {
      const open = (text: string) =>
        pushAll(new ReplyReader({ maxLineBytes: 5 }), piecesOf(Buffer.from(text), size));
      expect(open('+abcd\r').reason).toBeUndefined();
      expect(open('+abcde\r').reason).toBe('line-too-long');
    }
  });

  it('counts each reply by itself', () => {
    const reader = new ReplyReader({ maxElements: 2, maxReplyBytes: 14 });
    const bytes = Buffer.from('*2\r\n:1\r\n:2\r\n'.repeat(100));
    expect(pushAll(reader, piecesOf(bytes, 7)).replies).toHaveLength(100);
  });

  it('is exceeded by attributes to which no value comes', () => {
    const reader = new ReplyReader({ maxReplyBytes: 1000 });
    expect(pushAll(reader, piecesOf(Buffer.from('|1\r\n+a\r\n+b\r\n'.repeat(100)), 64))).toMatchObject({
      reason: 'too-large',
    });
  });

  it('leaves room for a bulk of 64 MiB and a list of a million', () => {
    const size = 64 * 1024 * 1024;
    const bulk = Buffer.concat([Buffer.from(`$${size}\r\n`), Buffer.alloc(size, 'x'), Buffer.from('\r\n')]);
    const list = Buffer.from(`*1000000\r\n${':1\r\n'.repeat(1_000_000)}`);
    expect(pushAll(new ReplyReader(), piecesOf(bulk, 65_536)).replies[0]).toHaveLength(size);
    expect(pushAll(new ReplyReader(), piecesOf(list, 65_536)).replies[0]).toHaveLength(1_000_000);
  });

  it.each([
    [{ maxDepht: 3 }, /limits\.maxDepht does not exist\. Did you mean maxDepth\?/],
    [{ maxDepth: 0 }, /limits\.maxDepth must be a whole number from 1/],
    [{ maxLineBytes: 1.5 }, /limits\.maxLineBytes/],
    [{ maxReplyBytes: 2 ** 32 }, /limits\.maxReplyBytes/],
    [{ maxElements: '5' }, /limits\.maxElements/],
  ])('is refused when it is %j', (limits, message) => {
    const make = () => new ReplyReader(limits as Partial<ReplyLimits>);
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(message);
  });

  it('has its default when it is undefined', () => {
    const limits = { maxDepth: undefined } as unknown as Partial<ReplyLimits>;
    const nested = '*1\r\n'.repeat(defaultReplyLimits.maxDepth);
    expect(new ReplyReader(limits).push(Buffer.from(nested)).failure).toBeUndefined();
    expect(new ReplyReader(limits).push(Buffer.from(`${nested}*1\r\n`)).failure?.reason).toBe('too-deep');
  });
});
