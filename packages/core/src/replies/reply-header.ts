import type { ProtocolErrorReason } from './protocol-error.ts';
import { ErrorReply, type Reply } from './reply.ts';

/** The meaning of the first line of a reply. */
export type ReplyHeader =
  | { readonly kind: 'value'; readonly value: Reply }
  | { readonly kind: 'text'; readonly type: TextType; readonly bytes: number }
  | { readonly kind: 'list'; readonly type: ListType; readonly count: number }
  | { readonly kind: 'invalid'; readonly reason: ProtocolErrorReason };

export type TextType = 'string' | 'error' | 'verbatim';
export type ListType = 'list' | 'push' | 'attribute';

/** Returns whether a reply may begin with this byte. */
export function isReplyMarker(byte: number): boolean {
  return markers[byte] === 1;
}

// For each of the 256 bytes, whether a reply may begin with it. A table is used because searching a buffer takes
// several calls in Node.
const markers = new Uint8Array(256);
for (const marker of Buffer.from('+-:$*_,#(!=%~>|')) markers[marker] = 1;

/**
 * Parses the first line of a reply, which must be passed without its line end. The result is the value of a scalar, or
 * the length of a string or an aggregate.
 */
export function parseReplyHeader(line: string): ReplyHeader {
  const rest = line.slice(1);
  switch (line[0]) {
    case '+':
      return value(rest);
    case '-':
      return value(new ErrorReply(rest));
    case ':':
      return integer.test(rest) ? value(integerOf(rest)) : malformed;
    case '(':
      return bigInteger.test(rest) ? value(BigInt(rest)) : malformed;
    case ',':
      return doubleOf(rest);
    case '#':
      return rest === 't' || rest === 'f' ? value(rest === 't') : malformed;
    case '_':
      return rest === '' ? value(null) : malformed;
    case '$':
      return rest === '-1' ? value(null) : text('string', rest);
    case '!':
      return text('error', rest);
    case '=':
      return text('verbatim', rest);
    case '*':
      return rest === '-1' ? value(null) : list('list', rest, 1);
    case '~':
      return list('list', rest, 1);
    case '%':
      return list('list', rest, 2);
    case '>':
      return list('push', rest, 1);
    case '|':
      return list('attribute', rest, 2);
    default:
      return { kind: 'invalid', reason: 'not-resp' };
  }
}

const integer = /^[+-]?\d{1,19}$/;
const bigInteger = /^-?\d+$/;
const double = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const length = /^\d{1,10}$/;
const malformed: ReplyHeader = { kind: 'invalid', reason: 'malformed' };
const specialDoubles: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['-inf', -Infinity],
  ['nan', Number.NaN],
  ['-nan', Number.NaN],
]);

function value(reply: Reply): ReplyHeader {
  return { kind: 'value', value: reply };
}

function integerOf(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits.replace('+', ''));
}

function doubleOf(digits: string): ReplyHeader {
  const special = specialDoubles.get(digits);
  if (special !== undefined) return value(special);
  return double.test(digits) ? value(Number(digits)) : malformed;
}

function text(type: TextType, rest: string): ReplyHeader {
  if (!length.test(rest)) return invalidLength(rest);
  return { kind: 'text', type, bytes: Number(rest) };
}

function list(type: ListType, rest: string, width: number): ReplyHeader {
  if (!length.test(rest)) return invalidLength(rest);
  return { kind: 'list', type, count: Number(rest) * width };
}

function invalidLength(rest: string): ReplyHeader {
  return rest === '?' ? { kind: 'invalid', reason: 'streamed' } : malformed;
}
