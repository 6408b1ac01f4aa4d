const numbers = [
  '0',
  '1',
  '2',
  '3',
  '-1',
  '-2',
  '7',
  '1000000',
  '2147483648',
  '4294967296',
  '99999999999999999999',
  '',
  'a',
  '?',
];
const words = [
  '',
  'a',
  'OK',
  'message',
  'pmessage',
  'subscribe',
  'unsubscribe',
  'invalidate',
  'PONG',
  'x'.repeat(300),
];

const scalars = Array.from('+-:$_#,(');
const lists = Array.from('*%~>|');
const types = [...scalars, '!', '=', ...lists];

export const pick = <T>(random: () => number, items: readonly T[]): T =>
  items[Math.floor(random() * items.length)] as T;

/** Creates a reply that follows the grammar of RESP, but with lengths, types and nesting that no server would send. */
export function replyByGrammar(random: () => number, depth = 0): string {
  const word = pick(random, words);
  switch (pick(random, depth > 6 ? scalars : types)) {
    case '+':
      return `+${word}\r\n`;
    case '-':
      return pick(random, [
        '-ERR no\r\n',
        '-MOVED\r\n',
        '-MOVED 5\r\n',
        '-ASK 1 x\r\n',
        '-LOADING\r\n',
        `-${word}\r\n`,
      ]);
    case ':':
      return `:${pick(random, numbers)}\r\n`;
    case '$':
      return random() < 0.8 ? `$${word.length}\r\n${word}\r\n` : `$${pick(random, numbers)}\r\n${word}\r\n`;
    case '_':
      return pick(random, ['_\r\n', '$-1\r\n', '*-1\r\n', '_x\r\n']);
    case '#':
      return pick(random, ['#t\r\n', '#f\r\n', '#x\r\n']);
    case ',':
      return `,${pick(random, ['1.5', 'inf', 'nan', '-inf', '1e5', 'nanx', '', 'e'])}\r\n`;
    case '(':
      return `(${pick(random, numbers)}\r\n`;
    case '!':
      return `!${word.length}\r\n${word}\r\n`;
    case '=':
      return `=${word.length + 4}\r\ntxt:${word}\r\n`;
    default:
      return listByGrammar(random, depth);
  }
}

function listByGrammar(random: () => number, depth: number): string {
  if (random() < 0.03) return '*1\r\n'.repeat(Math.floor(random() * 20_000));
  const marker = pick(random, lists);
  const count = Math.floor(random() * 4);
  const items = Array.from({ length: marker === '%' || marker === '|' ? 2 * count : count }, () =>
    replyByGrammar(random, depth + 1),
  );
  return `${marker}${random() < 0.9 ? count : pick(random, numbers)}\r\n${items.join('')}`;
}

/** Takes a normal reply, and changes, drops, repeats or inserts a few bytes. */
export function mutated(random: () => number, bytes: Buffer): Buffer {
  let result = Buffer.from(bytes);
  for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--) {
    const at = Math.floor(random() * (result.length + 1));
    const length = Math.floor(random() * 8);
    const extra = Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
    result = pick(random, [
      () => Buffer.concat([result.subarray(0, at), extra, result.subarray(at + length)]),
      () => Buffer.concat([result.subarray(0, at), result.subarray(at + length)]),
      () => Buffer.concat([result.subarray(0, at), result.subarray(Math.max(0, at - length))]),
      () => Buffer.concat([result.subarray(0, at), Buffer.from(replyByGrammar(random)), result.subarray(at)]),
    ])();
  }
  return result;
}
