import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ReplyFrames } from '../../../packages/core/src/replies/reply-frames.ts';
import { defaultReplyLimits } from '../../../packages/core/src/replies/reply-limits.ts';

/** Returns the replies in a stream that arrives in pieces. */
function framesOf(pieces: readonly Buffer[]): string[] {
  const frames = new ReplyFrames(defaultReplyLimits, { readsResp3: true, followsRedirects: false });
  const replies: string[] = [];
  let reply = '';
  for (const piece of pieces) {
    let at = 0;
    while (at < piece.length) {
      const end = frames.next(piece, at);
      reply += piece.toString('latin1', at, end < 0 ? piece.length : end);
      if (end < 0) break;
      replies.push(reply);
      reply = '';
      at = end;
    }
  }
  expect([reply, frames.failure, frames.isBetween]).toEqual(['', undefined, true]);
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
  .tuple(fc.constantFrom('$', '=', '!'), fc.string({ minLength: 4, maxLength: 20 }))
  .map(([marker, value]) => `${marker}${Buffer.byteLength(value)}\r\n${value}\r\n`);
const nulls = fc.constantFrom('$-1\r\n', '*-1\r\n', '$0\r\n\r\n', '*0\r\n', '%0\r\n', '~0\r\n');
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    line,
    text,
    nulls,
    fc
      .tuple(fc.constantFrom('*', '~'), fc.array(tie('value'), { maxLength: 4 }))
      .map(([marker, items]) => `${marker}${items.length}\r\n${items.join('')}`),
    fc
      .array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 })
      .map((pairs) => `%${pairs.length}\r\n${pairs.flat().join('')}`),
  ),
}));
const push = fc.array(value, { maxLength: 3 }).map((items) => `>${items.length}\r\n${items.join('')}`);

it('replies end where they end, however their bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(value, push), { minLength: 1, maxLength: 5 }),
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
