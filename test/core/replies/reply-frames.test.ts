import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ReplyFrames } from '../../../packages/core/src/replies/reply-frames.ts';

/** The replies of a stream of bytes that comes in pieces. */
function framesOf(pieces: readonly Buffer[]): string[] {
  const frames = new ReplyFrames();
  const replies: string[] = [];
  let reply = '';
  for (const piece of pieces) {
    let at = 0;
    while (at < piece.length) {
      const end = frames.end(piece, at);
      reply += piece.toString('latin1', at, end < 0 ? piece.length : end);
      if (end < 0) break;
      replies.push(reply);
      reply = '';
      at = end;
    }
  }
  expect(reply).toBe('');
  expect(frames.isBetween).toBe(true);
  return replies;
}

const line = fc.constantFrom(
  '+OK\r\n',
  '-ERR no\r\n',
  ':12\r\n',
  ':-1\r\n',
  '_\r\n',
  '#t\r\n',
  ',-1.5\r\n',
  '(99\r\n',
);
const text = fc
  .tuple(fc.constantFrom('$', '=', '!'), fc.string({ maxLength: 20 }))
  .map(([marker, value]) => `${marker}${Buffer.byteLength(value)}\r\n${value}\r\n`);
const nulls = fc.constantFrom('$-1\r\n', '*-1\r\n', '$0\r\n\r\n', '*0\r\n', '%0\r\n', '~0\r\n');
const { reply } = fc.letrec<{ reply: string }>((tie) => ({
  reply: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    line,
    text,
    nulls,
    fc
      .tuple(fc.constantFrom('*', '~', '>'), fc.array(tie('reply'), { maxLength: 4 }))
      .map(([marker, items]) => `${marker}${items.length}\r\n${items.join('')}`),
    fc
      .array(fc.tuple(tie('reply'), tie('reply')), { maxLength: 3 })
      .map((pairs) => `%${pairs.length}\r\n${pairs.flat().join('')}`),
    fc.tuple(tie('reply'), tie('reply')).map(([name, value]) => `|1\r\n${name}${name}${value}`),
  ),
}));

it('replies end where they end, however their bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(reply, { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat({ max: 300 }), { maxLength: 8 }),
      (replies, cuts) => {
        const bytes = Buffer.from(replies.join(''));
        const at = [0, ...cuts.toSorted((left, right) => left - right), bytes.length];
        const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        const expected = replies.map((each) => Buffer.from(each).toString('latin1'));
        expect(framesOf(pieces)).toEqual(expected);
        expect(framesOf(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});

it('bytes that are no RESP are refused', () => {
  expect(() => new ReplyFrames().end(Buffer.from('HTTP/1.1 200 OK\r\n'), 0)).toThrow(RangeError);
});
