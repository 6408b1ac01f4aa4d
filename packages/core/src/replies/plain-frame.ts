const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const [minus, one] = [0x2d, 0x31];

/**
 * Returns the offset after the reply that begins at `offset`, if the chunk contains the whole reply and the reply is a
 * bulk string, a short status, an integer, a null, or an array of these, as most replies are. Returns -1 for any other
 * reply, which `ReplyFrames` must then read. If `isResp3` is true, a null is `_`; if not, a null is `$-1`.
 *
 * @example
 * endOfPlainReply(Buffer.from('$2\r\nhi\r\n'), 0, false); // 8
 */
export function endOfPlainReply(chunk: Buffer, offset: number, isResp3: boolean): number {
  return chunk[offset] === 0x2a ? endOfArray(chunk, offset, isResp3) : endOfElement(chunk, offset, isResp3);
}

function endOfArray(chunk: Buffer, offset: number, isResp3: boolean): number {
  let at = endOfLine(chunk, offset + 1, 0x30, 0x39);
  if (at === -1) return -1;
  let missing = 0;
  for (let digit = offset + 1; digit < at - 2; digit++)
    missing = missing * 10 + (chunk[digit] as number) - 0x30;
  for (; missing > 0 && at !== -1; missing--) at = endOfElement(chunk, at, isResp3);
  return at;
}

function endOfElement(chunk: Buffer, offset: number, isResp3: boolean): number {
  switch (chunk[offset]) {
    case 0x24: // $
      if (chunk[offset + 1] === minus)
        return isResp3 ? -1 : endOfNull(chunk, offset + 3, chunk[offset + 2] === one);
      return endOfBulk(chunk, offset + 1);
    case 0x2b: // +
      return endOfLine(chunk, offset + 1, 0x20, 0x7e);
    case 0x3a: // :
      return endOfLine(chunk, offset + 1, 0x30, 0x39);
    case 0x5f: // _
      return endOfNull(chunk, offset + 1, isResp3);
    default:
      return -1;
  }
}

function endOfNull(chunk: Buffer, at: number, isNull: boolean): number {
  return isNull && at <= chunk.length - 2 && isLineEnd(chunk, at) ? at + 2 : -1;
}

/**
 * The longest numbers and statuses that this file reads: digits of a string's length, and characters after `+` or `:`.
 */
const maxDigits = 7;
const maxCharacters = 15;

function endOfBulk(chunk: Buffer, from: number): number {
  const stop = Math.min(chunk.length - 2, from + maxDigits);
  let length = 0;
  let at = from;
  for (; at < stop; at++) {
    const digit = (chunk[at] as number) - 0x30;
    if (digit < 0 || digit > 9) break;
    length = length * 10 + digit;
  }
  if (at === from || at > chunk.length - 2 || !isLineEnd(chunk, at)) return -1;
  const bodyEnd = at + 2 + length;
  return bodyEnd <= chunk.length - 2 && isLineEnd(chunk, bodyEnd) ? bodyEnd + 2 : -1;
}

function endOfLine(chunk: Buffer, from: number, lowest: number, highest: number): number {
  const stop = Math.min(chunk.length - 2, from + maxCharacters);
  let at = from;
  for (; at < stop; at++) {
    const byte = chunk[at] as number;
    if (byte < lowest || byte > highest) break;
  }
  return at > from && at <= chunk.length - 2 && isLineEnd(chunk, at) ? at + 2 : -1;
}

function isLineEnd(chunk: Buffer, at: number): boolean {
  return chunk[at] === carriageReturn && chunk[at + 1] === lineFeed;
}
