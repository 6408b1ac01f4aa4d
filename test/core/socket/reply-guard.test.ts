import { describe, expect, it } from 'vitest';
import type { BesidesReplies } from '../../../packages/core/src/driver/besides-replies.ts';
import type { DriverCommand } from '../../../packages/core/src/driver/driver-command.ts';
import { defaultReplyLimits } from '../../../packages/core/src/replies/reply-limits.ts';
import { ReplyGuard, type Breach } from '../../../packages/core/src/socket/reply-guard.ts';

const message = '*3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$2\r\nhi\r\n';
const confirmed = '*3\r\n$9\r\nsubscribe\r\n$2\r\nch\r\n:1\r\n';
const released = '*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n';
const asPush = (text: string): string => text.replace('*', '>');

/**
 * Core's `ReplyGuard` in front of a driver that waits for the replies to `commands`. `pass` gives bytes to the guard,
 * and returns what the guard has passed on to the driver.
 */
function guarded(
  commands: readonly string[],
  besides: BesidesReplies = 'nothing',
  before: string[] = [],
  answerPlain: (chunk: Buffer, start: number, end: number) => boolean = () => false,
) {
  const queue = before.map((name) => ({ name }) as DriverCommand);
  const passed: string[] = [];
  const guard = new ReplyGuard(
    {
      parser: { readsResp3: true, followsRedirects: false },
      unansweredCount: () => queue.length,
      oldestUnanswered: () => queue[0],
      besidesReplies: () => besides,
      readUnsubscribed: (_name, read) => read(),
      answerPlain,
    },
    defaultReplyLimits,
  );
  queue.push(...commands.map((name) => ({ name }) as DriverCommand));
  const pass = (text: string): { readonly passed: string; readonly breach: Breach | undefined } => {
    guard.pass(Buffer.from(text), { deliver: (bytes) => passed.push(String(bytes)) });
    return { passed: passed.join(''), breach: guard.breach };
  };
  return { guard, queue, pass };
}

describe('a guard before the parser of a driver', () => {
  it('passes one reply for each unanswered command, and refuses the one more', () => {
    const { pass, guard } = guarded(['get', 'get', 'get']);
    expect(pass('+a\r\n*1\r\n:1\r\n$1\r\nc\r\n+d\r\n')).toEqual({
      passed: '+a\r\n*1\r\n:1\r\n$1\r\nc\r\n',
      breach: 'unasked',
    });
    expect(guard.replies).toBe(3);
  });

  it.each(['$-1\r\n', '*-1\r\n', '+OK\r\n', '-ERR x\r\n', ':1\r\n', '$'])(
    'passes nothing of %j when no command is unanswered',
    (text) => {
      expect(guarded([]).pass(text)).toEqual({ passed: '', breach: 'unasked' });
    },
  );

  it('passes nothing after a breach', () => {
    const { pass } = guarded(['get', 'get']);
    pass('?');
    expect(pass('+OK\r\n').passed).toBe('');
  });

  describe('of a driver that can be spared plain replies', () => {
    const order = (commands: readonly string[], chunks: readonly string[], everyByte = false): string[] => {
      const told: string[] = [];
      const { guard } = guarded(commands, 'nothing', [], (chunk, start, end) => {
        if (commands.includes('raw')) return false;
        told.push(`answered ${chunk.toString('latin1', start, end)}`);
        return true;
      });
      for (const chunk of chunks)
        guard.pass(
          Buffer.from(chunk),
          { deliver: (bytes) => told.push(`passed ${String(bytes)}`) },
          everyByte,
        );
      return told.map((each) => each.replaceAll(/\s+/g, ' ').trim());
    };
    const chunks = ['$1\r\na\r\n*1\r\n*0\r\n_\r\n+OK\r\n*1\r\n:7\r\n$1\r', '\nc\r\n+d\r\n'];
    const six = ['get', 'mget', 'get', 'set', 'incr', 'get', 'get'];

    it('has them answered in the order of all, and passes on the rest', () => {
      expect(order(six, chunks)).toEqual([
        'answered $1 a',
        'passed *1 *0',
        'answered _',
        'answered +OK',
        'answered *1 :7',
        'passed $1',
        'passed c',
        'answered +d',
      ]);
    });

    it('passes on all of a chunk once the driver has to read a reply', () => {
      expect(order(['raw', ...six], chunks).join('|')).not.toContain('answered');
    });

    it('passes on every byte where others listen', () => {
      expect(order(six, chunks, true)).toEqual([`passed $1 a *1 *0 _ +OK *1 :7 $1`, 'passed c +d']);
    });

    it('has none answered that nobody asked for', () => {
      expect(order(['get'], ['+a\r\n+b\r\n'])).toEqual(['answered +a']);
    });
  });

  it('passes the beginning of a reply at once, and its end when that is sound', () => {
    const { pass } = guarded(['get']);
    expect(pass('*2\r\n+a\r\n').passed).toBe('*2\r\n+a\r\n');
    expect(pass('+b\r\n')).toEqual({ passed: '*2\r\n+a\r\n+b\r\n', breach: undefined });
  });

  it('passes pushes that no command waits for', () => {
    const texts = [asPush(message), '>2\r\n+invalidate\r\n*1\r\n+key\r\n', asPush(released)].join('');
    expect(guarded([]).pass(texts)).toEqual({ passed: texts, breach: undefined });
  });

  it.each([
    ['>0\r\n', 'malformed'],
    ['>1\r\n_\r\n', 'malformed'],
    ['>1\r\n$-1\r\n', 'malformed'],
    ['>1\r\n:1\r\n', 'malformed'],
    ['>1\r\n*0\r\n', 'malformed'],
    ['>1\r\n=13\r\ntxt:subscribe\r\n', 'malformed'],
    ['>1\r\n+message\r\n', 'malformed'],
    ['>3\r\n+message\r\n_\r\n+a\r\n', 'malformed'],
    ['>4\r\n+pmessage\r\n+a\r\n+b\r\n_\r\n', 'malformed'],
    ['>3\r\n+subscribe\r\n_\r\n:1\r\n', 'malformed'],
    ['>3\r\n+unsubscribe\r\n+a\r\n+b\r\n', 'malformed'],
    [asPush(confirmed), 'unasked'],
  ] as const)('refuses the push %j as %s', (text, breach) => {
    expect(guarded(['get']).pass(text)).toEqual({ passed: '', breach });
  });

  it.each(['$-1\r\n', '_\r\n', ':1\r\n', '+\r\n', '*1\r\n$-1\r\n', '*0\r\n', message])(
    'refuses %j as the answer to SUBSCRIBE',
    (text) => {
      const { pass } = guarded(['subscribe'], 'confirmations');
      expect(pass(text)).toEqual({ passed: '', breach: 'malformed' });
    },
  );

  it('passes an error, and confirmations of several channels, as answers to SUBSCRIBE', () => {
    expect(guarded(['SUBSCRIBE'], 'confirmations').pass('-NOPERM\r\n').breach).toBeUndefined();
    for (const text of [confirmed, asPush(confirmed)]) {
      const { pass } = guarded(['subscribe'], 'confirmations');
      expect(pass(text + text)).toEqual({ passed: text + text, breach: undefined });
    }
  });

  it('passes messages between replies where the driver has subscriptions in RESP2', () => {
    const { pass } = guarded(['ping'], 'messages');
    const texts = `${message}*2\r\n$4\r\npong\r\n$0\r\n\r\n${message}${released}`;
    expect(pass(texts)).toEqual({ passed: texts, breach: undefined });
  });

  it.each(['*0\r\n', '*1\r\n$-1\r\n', '*2\r\n$7\r\nmessage\r\n$-1\r\n', '*1\r\n:1\r\n'])(
    'refuses the list %j where the driver has subscriptions in RESP2',
    (text) => {
      expect(guarded(['ping'], 'messages').pass(text)).toEqual({ passed: '', breach: 'malformed' });
    },
  );

  it('refuses what is no message and no answer where the driver has subscriptions', () => {
    for (const text of ['+OK\r\n', '$-1\r\n', confirmed, '*1\r\n+other\r\n'])
      expect(guarded([], 'messages').pass(text)).toEqual({ passed: '', breach: 'unasked' });
  });

  it('passes any line of any length to a driver that monitors', () => {
    const line = `+1.0 [0 lua] "set" "${'v'.repeat(100_000)}"\r\n`;
    expect(guarded([], 'lines').pass(`+OK\r\n${line}`).breach).toBeUndefined();
  });

  it('refuses more than 64 MiB of a reply whose caller has gone, and nothing of a smaller one', () => {
    const { pass, queue } = guarded(['get', 'get']);
    Object.assign(queue[0] as DriverCommand, { call: { settled: true } });
    pass('$60000000\r\n');
    expect(pass('a').breach).toBeUndefined();
    const other = guarded(['get']);
    other.pass('$70000000\r\n');
    expect(other.pass('a').breach).toBeUndefined();
    Object.assign(other.queue[0] as DriverCommand, { call: { settled: true } });
    expect(other.pass('a').breach).toBe('too-large');
  });

  it('passes all bytes until nothing is unanswered, where commands were when it came', () => {
    const { pass, queue, guard } = guarded([], 'nothing', ['get']);
    expect(pass('lo\r\n')).toEqual({ passed: 'lo\r\n', breach: undefined });
    queue.length = 0;
    pass('+OK\r\n');
    expect(guard.breach).toBeUndefined();
    expect(pass('+OK\r\n').breach).toBe('unasked');
  });

  it.each([
    ['at once', 0],
    ['in two pieces', 20],
    ['with its last byte apart', 47],
  ])('refuses the reply to a transaction that has taken the one after it, %s', (_how, split) => {
    const { pass, queue } = guarded(['exec', 'ping'], 'confirmations');
    const mark = 'a1b2c3d4-0000-4000-8000-e5f6a7b8c9d0';
    Object.assign(queue[0] as DriverCommand, { followedBy: mark });
    const short = `*2\r\n:1\r\n$36\r\n${mark}\r\n`;
    pass(short.slice(0, split));
    expect(pass(short.slice(split)).breach).toBe('shifted');

    const other = guarded(['exec', 'ping'], 'confirmations');
    Object.assign(other.queue[0] as DriverCommand, { followedBy: mark });
    expect(other.pass('*1\r\n:1\r\n').breach).toBeUndefined();
  });

  it('goes on after a listener that throws, where messages come one by one', async () => {
    const thrown = new Promise((resolve) => process.once('uncaughtException', resolve));
    const { guard } = guarded([], 'messages');
    const passed: string[] = [];
    guard.pass(Buffer.from(message + message), {
      deliver: (bytes) => {
        passed.push(String(bytes));
        if (passed.length === 1) throw new Error('of a listener');
      },
    });
    expect(passed).toEqual([message, message]);
    expect(await thrown).toMatchObject({ message: 'of a listener' });
  });
});
