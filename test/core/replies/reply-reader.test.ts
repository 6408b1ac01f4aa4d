import { describe, expect, it } from 'vitest';
import { ErrorReply, PushReply, type Reply } from '../../../packages/core/src/replies/reply.ts';
import { ReplyReader } from '../../../packages/core/src/replies/reply-reader.ts';
import { pushAll } from './push-all.ts';

describe('the reply reader', () => {
  it.each<readonly [string, string, Reply]>([
    ['a simple string', '+OK\r\n', 'OK'],
    ['an empty simple string', '+\r\n', ''],
    ['a simple string with a lone line feed', '+a\nb\r\n', 'a\nb'],
    ['a simple string with a lone carriage return', '+a\rb\r\n', 'a\rb'],
    ['an integer', ':-42\r\n', -42],
    ['an integer with a plus', ':+42\r\n', 42],
    ['the largest safe integer', ':9007199254740991\r\n', Number.MAX_SAFE_INTEGER],
    ['an integer that no number holds', ':9007199254740993\r\n', 9_007_199_254_740_993n],
    ['a bulk string', '$5\r\nhe\r\no\r\n', 'he\r\no'],
    ['an empty bulk string', '$0\r\n\r\n', ''],
    ['no bulk string', '$-1\r\n', null],
    ['characters of several bytes', `$${Buffer.byteLength('grüß')}\r\ngrüß\r\n`, 'grüß'],
    ['an array', '*2\r\n+a\r\n*1\r\n:1\r\n', ['a', [1]]],
    ['no array', '*-1\r\n', null],
    ['an empty array', '*0\r\n', []],
    ['an array that ends with an empty one', '*2\r\n:1\r\n*0\r\n', [1, []]],
    ['lists that end together', '*1\r\n*1\r\n*1\r\n:1\r\n', [[[1]]]],
    ['null', '_\r\n', null],
    ['true', '#t\r\n', true],
    ['false', '#f\r\n', false],
    ['a double', ',1.5\r\n', 1.5],
    ['a double with an exponent', ',-1.5e-3\r\n', -0.0015],
    ['a whole double', ',10\r\n', 10],
    ['infinity', ',inf\r\n', Infinity],
    ['minus infinity', ',-inf\r\n', -Infinity],
    ['not a number', ',nan\r\n', Number.NaN],
    [
      'a big number',
      '(3492890328409238509324850943850943825024385\r\n',
      3492890328409238509324850943850943825024385n,
    ],
    ['a verbatim string without its format', '=7\r\ntxt:abc\r\n', 'abc'],
    ['a map as a flat list', '%1\r\n+role\r\n+master\r\n', ['role', 'master']],
    ['a set as a list', '~2\r\n:1\r\n:2\r\n', [1, 2]],
    ['a push', '>2\r\n+invalidate\r\n*1\r\n+k\r\n', new PushReply(['invalidate', ['k']])],
    ['an empty push', '>0\r\n', new PushReply([])],
    ['the value after its attributes', '|1\r\n+ttl\r\n:60\r\n+OK\r\n', 'OK'],
    ['the value after no attributes', '|0\r\n+OK\r\n', 'OK'],
    ['attributes within a list', '*2\r\n|1\r\n+a\r\n:1\r\n:7\r\n:8\r\n', [7, 8]],
    ['an error within a list', '*2\r\n+a\r\n-ERR no\r\n', ['a', new ErrorReply('ERR no')]],
  ])('reads %s', (_name, text, reply) => {
    expect(new ReplyReader().push(Buffer.from(text))).toEqual({ replies: [reply], failure: undefined });
  });

  it('reads errors as values, word for word', () => {
    const text = '-NOAUTH Authentication required.\r\n!9\r\nERR wrong\r\n';
    const [plain, bulk] = new ReplyReader().push(Buffer.from(text)).replies;
    expect(plain).toBeInstanceOf(ErrorReply);
    expect(plain).toMatchObject({ message: 'NOAUTH Authentication required.', code: 'NOAUTH' });
    expect(bulk).toBeInstanceOf(ErrorReply);
    expect(bulk).toMatchObject({ message: 'ERR wrong', code: 'ERR' });
    expect((plain as ErrorReply).stack?.split('\n').length).toBeLessThan(4);
  });

  it('reads replies that arrive together, and keeps what is not complete', () => {
    const reader = new ReplyReader();
    expect(reader.push(Buffer.from('+a\r\n:1\r\n$3\r\nab')).replies).toEqual(['a', 1]);
    expect(reader.push(Buffer.from('')).replies).toEqual([]);
    expect(reader.push(Buffer.from('c\r\n')).replies).toEqual(['abc']);
  });

  it('reads byte by byte', () => {
    const bytes = Buffer.from('*2\r\n$5\r\nhello\r\n:1\r\n-LOADING Redis is loading\r\n');
    const { replies } = pushAll(
      new ReplyReader(),
      Array.from(bytes, (byte) => Buffer.from([byte])),
    );
    expect(replies).toEqual([['hello', 1], new ErrorReply('LOADING Redis is loading')]);
  });

  it('gives the replies before a failure with it, and reads nothing after it', () => {
    const reader = new ReplyReader();
    const { replies, failure } = reader.push(Buffer.from('+a\r\n+b\r\nHTTP/1.1 400\r\n'));
    expect(replies).toEqual(['a', 'b']);
    expect(failure).toMatchObject({ name: 'ProtocolError', reason: 'not-resp' });
    expect(reader.push(Buffer.from('+c\r\n'))).toEqual({ replies: [], failure });
  });
});
