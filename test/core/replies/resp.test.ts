import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeCommand,
  NotRespError,
  ReplyReader,
  RespError,
  type Reply,
} from '../../../packages/core/src/replies/resp.ts';

function readAll(bytes: Buffer): Reply[] {
  return new ReplyReader().push(bytes);
}

describe('a command on the wire', () => {
  test('counts bytes, not characters', () => {
    expect(encodeCommand(['AUTH', 'pässwörd'])).toBe('*2\r\n$4\r\nAUTH\r\n$10\r\npässwörd\r\n');
    expect(encodeCommand(['PING', ''])).toBe('*2\r\n$4\r\nPING\r\n$0\r\n\r\n');
  });
});

describe('the reader of replies', () => {
  test.each<readonly [string, string, Reply]>([
    ['a simple string', '+OK\r\n', 'OK'],
    ['a number', ':-42\r\n', '-42'],
    ['a bulk string', '$5\r\nhe\r\no\r\n', 'he\r\no'],
    ['an empty bulk string', '$0\r\n\r\n', ''],
    ['no bulk string', '$-1\r\n', null],
    ['null', '_\r\n', null],
    ['an array', '*2\r\n+a\r\n*1\r\n:1\r\n', ['a', ['1']]],
    ['no array', '*-1\r\n', null],
    ['an empty array', '*0\r\n', []],
    ['a map', '%1\r\n+role\r\n+master\r\n', ['role', 'master']],
    ['a set', '~2\r\n:1\r\n:2\r\n', ['1', '2']],
    ['a push', '>2\r\n+pmessage\r\n+x\r\n', ['pmessage', 'x']],
    ['true', '#t\r\n', 't'],
    ['a double', ',1.5\r\n', '1.5'],
    ['text with a format', '=7\r\ntxt:abc\r\n', 'txt:abc'],
    ['characters of several bytes', `$${Buffer.byteLength('grüß')}\r\ngrüß\r\n`, 'grüß'],
  ])('reads %s', (_name, text, reply) => {
    expect(readAll(Buffer.from(text))).toEqual([reply]);
  });

  test('reads errors as values, word for word', () => {
    const [plain, blob] = readAll(Buffer.from('-NOAUTH Authentication required.\r\n!9\r\nERR wrong\r\n'));
    expect(plain).toBeInstanceOf(RespError);
    expect((plain as RespError).message).toBe('NOAUTH Authentication required.');
    expect((blob as RespError).message).toBe('ERR wrong');
  });

  test.each(['HTTP/1.1 400', 'SSH-2.0', '\u0015\u0003\u0003', '\0\0'])(
    'refuses what is no Redis: %j',
    (text) => {
      expect(() => readAll(Buffer.from(text))).toThrow(NotRespError);
    },
  );

  test('any chunking yields the same replies', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'B', ' ', 'ß', '-', '9'), maxLength: 12 });
    const { reply } = fc.letrec<{ reply: string; leaf: string }>((tie) => ({
      leaf: fc.oneof(
        line.map((text) => `+${text}\r\n`),
        line.map((text) => `-ERR ${text}\r\n`),
        fc.integer().map((number) => `:${number}\r\n`),
        fc
          .string({ unit: fc.constantFrom('a', '\r', '\n', '$', 'é'), maxLength: 12 })
          .map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`),
        fc.constant('$-1\r\n'),
        fc.constant('_\r\n'),
      ),
      reply: fc.oneof(
        { depthSize: 'small' },
        tie('leaf'),
        fc.array(tie('reply'), { maxLength: 4 }).map((items) => `*${items.length}\r\n${items.join('')}`),
        fc
          .array(tie('reply'), { maxLength: 2 })
          .map((items) => `%${items.length}\r\n${items.join('')}${items.join('')}`),
      ),
    }));
    fc.assert(
      fc.property(
        fc.array(reply, { maxLength: 6 }),
        fc.array(fc.nat({ max: 400 }), { maxLength: 10 }),
        (replies, cuts) => {
          const bytes = Buffer.from(replies.join(''));
          const whole = readAll(bytes);
          const reader = new ReplyReader();
          const pieces: Reply[] = [];
          const places = [
            ...new Set([0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length]),
          ].toSorted((left, right) => left - right);
          for (const [index, place] of places.entries()) {
            pieces.push(...reader.push(bytes.subarray(place, places[index + 1] ?? place)));
          }
          expect(pieces).toEqual(whole);
          expect(whole).toHaveLength(replies.length);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('byte by byte as well', () => {
    const bytes = Buffer.from('*2\r\n$5\r\nhello\r\n:1\r\n-LOADING Redis is loading\r\n');
    const reader = new ReplyReader();
    const replies = [...bytes].flatMap((byte) => reader.push(Buffer.from([byte])));
    expect(replies).toEqual([['hello', '1'], new RespError('LOADING Redis is loading')]);
  });
});
