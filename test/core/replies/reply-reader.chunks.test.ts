import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplyReader } from '../../../packages/core/src/replies/reply-reader.ts';
import { piecesOf, pushAll } from './push-all.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'B', ' ', 'ß', '-', '9', '\n', '\r'), maxLength: 12 });
const anyText = fc.string({ unit: fc.constantFrom('a', '\r', '\n', '$', 'é', '*'), maxLength: 12 });

function bulk(marker: string, text: string): string {
  return `${marker}${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

function line(marker: string, text: string): string {
  return `${marker}${text.replaceAll('\r', '')}\r\n`;
}

const { reply } = fc.letrec<{ reply: string; leaf: string }>((tie) => ({
  leaf: fc.oneof(
    word.map((text) => line('+', text)),
    word.map((text) => line('-', `ERR ${text}`)),
    fc.maxSafeInteger().map((number) => `:${number}\r\n`),
    fc.double().map((number) => `,${String(number).replace('Infinity', 'inf').replace('NaN', 'nan')}\r\n`),
    fc.bigInt().map((number) => `(${number}\r\n`),
    fc.boolean().map((isTrue) => `#${isTrue ? 't' : 'f'}\r\n`),
    anyText.map((text) => bulk('$', text)),
    anyText.map((text) => bulk('!', text)),
    anyText.map((text) => bulk('=', `txt:${text}`)),
    fc.constantFrom('$-1\r\n', '*-1\r\n', '_\r\n', '*0\r\n'),
  ),
  reply: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc.array(tie('reply'), { maxLength: 4 }).map((items) => `*${items.length}\r\n${items.join('')}`),
    fc.array(tie('reply'), { maxLength: 4 }).map((items) => `~${items.length}\r\n${items.join('')}`),
    fc
      .array(fc.tuple(tie('leaf'), tie('reply')), { maxLength: 2 })
      .map((entries) => `%${entries.length}\r\n${entries.flat().join('')}`),
    fc.tuple(tie('leaf'), tie('reply')).map(([name, value]) => `|1\r\n${name}${name}${value}`),
  ),
}));
const push = fc.array(reply, { maxLength: 3 }).map((items) => `>${items.length}\r\n${items.join('')}`);

/** Splits bytes at positions that are given as shares of the length. */
function cutAt(bytes: Buffer, shares: readonly number[]): Buffer[] {
  const places = shares.map((share) => Math.floor(share * bytes.length));
  const bounds = [0, ...places.toSorted((left, right) => left - right), bytes.length];
  return bounds.slice(1).map((end, index) => bytes.subarray(bounds[index], end));
}

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

describe('any split of the bytes into chunks', () => {
  it('gives the same replies', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(reply, push), { maxLength: 6 }), shares, (sent, cuts) => {
        const bytes = Buffer.from(sent.join(''));
        const whole = pushAll(new ReplyReader(), [bytes]);
        expect(whole.reason).toBeUndefined();
        expect(whole.replies).toHaveLength(sent.length);
        expect(pushAll(new ReplyReader(), cutAt(bytes, cuts))).toEqual(whole);
        expect(pushAll(new ReplyReader(), piecesOf(bytes, 1))).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same replies and the same failure when a byte of them was changed', () => {
    fc.assert(
      fc.property(
        fc.array(reply, { minLength: 1, maxLength: 6 }),
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.nat({ max: 255 }),
        shares,
        (sent, place, byte, cuts) => {
          const bytes = Buffer.from(sent.join(''));
          bytes[Math.floor(place * bytes.length)] = byte;
          const limits = { maxLineBytes: 30, maxDepth: 4, maxElements: 50, maxReplyBytes: 200 };
          const whole = pushAll(new ReplyReader(limits), [bytes]);
          expect(pushAll(new ReplyReader(limits), cutAt(bytes, cuts))).toEqual(whole);
          expect(pushAll(new ReplyReader(limits), piecesOf(bytes, 1))).toEqual(whole);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('throws nothing, whatever the bytes are', () => {
    const garbage = fc.array(
      fc.oneof(
        fc.constantFrom('*', '$', '%', '-1', '\r\n', '99999', '?', '|', ':', '='),
        fc.string({ unit: 'binary', maxLength: 4 }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(garbage, shares, (parts, cuts) => {
        const bytes = Buffer.from(parts.join(''));
        expect(pushAll(new ReplyReader(), cutAt(bytes, cuts))).toEqual(pushAll(new ReplyReader(), [bytes]));
      }),
      { numRuns: 1_000 },
    );
  });
});
