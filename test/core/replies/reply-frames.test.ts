import { describe, expect, it } from 'vitest';
import { ReplyFrames } from '../../../packages/core/src/replies/reply-frames.ts';
import { endOfPlainReply } from '../../../packages/core/src/replies/plain-frame.ts';

const limits = { maxLineBytes: 1_000, maxDepth: 5, maxElements: 10, maxReplyBytes: 5_000 };
const sound = [
  '+OK\r\n',
  '+\r\n',
  '-ERR no\r\n',
  ':1\r\n',
  ':-9223372036854775808\r\n',
  ':+7\r\n',
  '$-1\r\n',
  '$0\r\n\r\n',
  '$5\r\nhe\r\no\r\n',
  '*-1\r\n',
  '*0\r\n',
  '*2\r\n$1\r\na\r\n*1\r\n:1\r\n',
  '_\r\n',
  '#t\r\n',
  ',1.5e-3\r\n',
  ',-inf\r\n',
  ',nan\r\n',
  '(3492890328409238509324850943850943825024385\r\n',
  '!5\r\nERR a\r\n',
  '=5\r\ntxt:a\r\n',
  '%1\r\n+a\r\n:1\r\n',
  '~1\r\n+a\r\n',
  '>2\r\n+invalidate\r\n_\r\n',
];
const unsound = [
  ['$abc\r\n', 'malformed'],
  ['$-2\r\n', 'malformed'],
  ['$-1-\r\n', 'malformed'],
  ['$-\r\n', 'malformed'],
  ['$\r\n', 'malformed'],
  ['$+1\r\na\r\n', 'malformed'],
  ['$1\r\nab\r\n', 'malformed'],
  ['$1\r\na\rb', 'malformed'],
  ['*-7\r\n', 'malformed'],
  ['%-1\r\n', 'malformed'],
  ['>-1\r\n', 'malformed'],
  [':\r\n', 'malformed'],
  [':-\r\n', 'malformed'],
  [':1a\r\n', 'malformed'],
  ['+OK\rX', 'malformed'],
  ['_x\r\n', 'malformed'],
  ['#x\r\n', 'malformed'],
  [',nanabc\r\n', 'malformed'],
  [',e\r\n', 'malformed'],
  ['(1a\r\n', 'malformed'],
  ['=3\r\ntxt\r\n', 'malformed'],
  ['*1\r\n>1\r\n+a\r\n', 'malformed'],
  ['$?\r\n', 'streamed'],
  ['|1\r\n+a\r\n+b\r\n', 'not-resp'],
  ['HTTP/1.1 200 OK\r\n', 'not-resp'],
  [`+${'a'.repeat(1_001)}`, 'line-too-long'],
  ['*1\r\n'.repeat(6), 'too-deep'],
  ['*11\r\n', 'too-many-elements'],
  ['*4294967296\r\n', 'too-many-elements'],
  ['*5\r\n%3\r\n', 'too-many-elements'],
  ['$5001\r\n', 'too-large'],
  ['$99999999999999999999\r\n', 'too-large'],
  [`*2\r\n$3000\r\n${'a'.repeat(3_000)}\r\n$2000\r\n`, 'too-large'],
] as const;

describe('the frame of a reply', () => {
  it.each(sound)('ends where the reply does, however it is cut: %j', (text) => {
    const bytes = Buffer.from(`${text}+next\r\n`);
    for (let cut = 0; cut <= text.length; cut++) {
      const reader = frames();
      const first = reader.next(bytes.subarray(0, cut), 0);
      const end = first === -1 ? cut + reader.next(bytes.subarray(cut), 0) : first;
      expect([end, reader.failure, reader.isBetween]).toEqual([text.length, undefined, true]);
    }
  });

  it.each(unsound)('of %j is refused as %s, however it is cut', (text, reason) => {
    const bytes = Buffer.from(text);
    for (let cut = 0; cut < text.length; cut += text.length > 100 ? 97 : 1) {
      const reader = frames();
      const ends = [reader.next(bytes.subarray(0, cut), 0), reader.next(bytes.subarray(cut), 0)];
      expect([ends, reader.failure]).toEqual([[-1, -1], reason]);
    }
  });

  it('of RESP3 is refused where the parser reads RESP2 alone', () => {
    for (const marker of '_#,(!=%~>') {
      const reader = new ReplyFrames(limits, { readsResp3: false, followsRedirects: false });
      reader.next(Buffer.from(marker), 0);
      expect(reader.failure).toBe('not-resp');
    }
  });

  it.each(['MOVED', 'MOVED 5', 'MOVED x 10.0.0.1:1', 'MOVED 5 10.0.0.1', 'ASK', 'ASK 5 :', 'MOVED '])(
    'of the redirection %j is refused where its address is followed, and nowhere else',
    (text) => {
      const follows = new ReplyFrames(limits, { readsResp3: true, followsRedirects: true });
      follows.next(Buffer.from(`-${text}\r\n`), 0);
      expect(follows.failure).toBe('malformed');
      expect(frames().next(Buffer.from(`-${text}\r\n`), 0)).toBe(text.length + 3);
    },
  );

  it.each(['MOVED 3999 127.0.0.1:6381', 'ASK 1 ::1:7000', 'MOVED 1 :7000', 'MOVEDX', 'TRYAGAIN later'])(
    'of the error %j passes where addresses are followed',
    (text) => {
      const follows = new ReplyFrames(limits, { readsResp3: true, followsRedirects: true });
      expect(follows.next(Buffer.from(`-${text}\r\n`), 0)).toBe(text.length + 3);
    },
  );

  it('has the shape of a push: its kind, and which of its elements are texts, numbers or null', () => {
    const bytes = Buffer.from('>4\r\n$9\r\nsubscribe\r\n:1\r\n$-1\r\n*1\r\n+a\r\n');
    for (let cut = 0; cut < bytes.length; cut++) {
      const reader = frames();
      reader.next(bytes.subarray(0, cut), 0);
      reader.next(bytes.subarray(cut), 0);
      expect(reader.shape).toEqual({
        marker: 0x3e,
        count: 4,
        elements: ['text', 'number', 'null', 'other'],
        first: 'subscribe',
      });
    }
  });

  it('has no limit for a line where lines may be as long as replies', () => {
    const reader = frames();
    reader.allowsLongLines = true;
    expect(reader.next(Buffer.from(`+${'a'.repeat(3_000)}\r\n`), 0)).toBe(3_003);
  });
});

describe('the end of a plain reply', () => {
  it.each([
    ['+OK\r\n', [false, true]],
    [':12\r\n', [false, true]],
    ['$0\r\n\r\n', [false, true]],
    ['$5\r\nhello\r\n', [false, true]],
    ['$-1\r\n', [false]],
    ['_\r\n', [true]],
    ['*0\r\n', [false, true]],
    ['*3\r\n$2\r\nhi\r\n:7\r\n+OK\r\n', [false, true]],
    ['*2\r\n$-1\r\n$1\r\na\r\n', [false]],
    ['*2\r\n_\r\n$1\r\na\r\n', [true]],
  ])('is found at once in %j', (text, protocols) => {
    for (const isResp3 of protocols) {
      expect(endOfPlainReply(Buffer.from(`${text}x`), 0, isResp3)).toBe(text.length);
      expect(endOfPlainReply(Buffer.from(`x${text}`), 1, isResp3)).toBe(text.length + 1);
      for (let cut = 0; cut < text.length; cut++)
        expect(endOfPlainReply(Buffer.from(text.slice(0, cut)), 0, isResp3)).toBe(-1);
    }
  });

  it('is not found in the null of the other protocol', () => {
    expect(endOfPlainReply(Buffer.from('_\r\n'), 0, false)).toBe(-1);
    expect(endOfPlainReply(Buffer.from('$-1\r\n'), 0, true)).toBe(-1);
  });

  it.each(['*-1\r\n', '*1\r\n*0\r\n', '*1\r\n-ERR no\r\n', '%1\r\n+a\r\n+b\r\n'])(
    'is not found in %j, which is more than a list of strings and numbers',
    (text) => {
      for (const isResp3 of [false, true]) expect(endOfPlainReply(Buffer.from(text), 0, isResp3)).toBe(-1);
    },
  );

  it.each([...sound, ...unsound.map(([text]) => text)])(
    'is where the frame ends, or is left to that, in %j',
    (text) => {
      for (const readsResp3 of [false, true]) {
        const reader = new ReplyFrames(limits, { readsResp3, followsRedirects: false });
        expect([-1, reader.next(Buffer.from(text), 0)]).toContain(
          endOfPlainReply(Buffer.from(text), 0, readsResp3),
        );
      }
    },
  );
});

function frames(): ReplyFrames {
  return new ReplyFrames(limits, { readsResp3: true, followsRedirects: false });
}

it.each(sound)('the size of %j is that of all its bytes', (text) => {
  const framesWith = (maxReplyBytes: number): ReplyFrames =>
    new ReplyFrames({ ...limits, maxReplyBytes }, { readsResp3: true, followsRedirects: false });
  const reply = Buffer.from(text);
  const frames = framesWith(reply.length);
  expect([frames.next(reply, 0), frames.bytes]).toEqual([reply.length, reply.length]);
  const smaller = framesWith(reply.length - 1);
  expect([smaller.next(reply, 0), smaller.failure]).toEqual([-1, 'too-large']);
});
