import { FrameLine, keptBytes, type ParserTraits } from './frame-line.ts';
import type { ProtocolErrorReason } from './protocol-error.ts';
import type { ReplyLimits } from './reply-limits.ts';
import { kindOfElement, type ReplyShape } from './reply-shape.ts';

/**
 * Where in a reply the next byte belongs: before an element, in the first line of an element, between that line's CR
 * and LF, or in the bytes of a string.
 */
const before = 0;
const inLine = 1;
const inLineEnd = 2;
const inBody = 3;

const carriageReturn = 0x0d;
const minus = 0x2d;
const lineFeed = 0x0a;
const push = 0x3e;
const bulk = 0x24;

/**
 * Finds the end of each reply without decoding the reply. Checks that the reply is well-formed and within the limits,
 * so that a parser may read it. Each byte is examined at most once, and the bytes of strings are skipped. After a
 * failure, nothing more can be read.
 *
 * @example
 * const frames = new ReplyFrames(defaultReplyLimits, { readsResp3: true, followsRedirects: false });
 * frames.next(Buffer.from('+OK\r\n:1'), 0); // 5
 * frames.next(Buffer.from('+OK\r\n:1'), 5); // -1: the reply is not complete
 */
export class ReplyFrames {
  /**
   * Whether lines may be longer than `maxLineBytes`, up to `maxReplyBytes`, as the lines that MONITOR yields can be.
   */
  allowsLongLines = false;
  /** Whether the `ReplyShape` of every reply is recorded. The shape of a push is always recorded. */
  keepsShapes = false;
  readonly #limits: ReplyLimits;
  readonly #line: FrameLine;
  #place = before;
  #marker = 0;
  /** Number of elements still missing from each incomplete aggregate, from the outermost to the innermost. */
  readonly #missing: number[] = [];
  #bodyLeft = 0;
  #bodyText = '';
  #elements = 0;
  #bytes = 0;
  #shape: ReplyShape | undefined;
  #failure: ProtocolErrorReason | undefined;

  constructor(limits: ReplyLimits, traits: ParserTraits) {
    this.#limits = limits;
    this.#line = new FrameLine(traits);
  }

  get failure(): ProtocolErrorReason | undefined {
    return this.#failure;
  }

  /** Whether the next byte begins a reply. */
  get isBetween(): boolean {
    return this.#place === before && this.#missing.length === 0;
  }

  /** The first byte of the reply that is being read; between two replies, the first byte of the previous reply. */
  get marker(): number {
    return this.#marker;
  }

  /** Number of bytes of the current or last reply that have arrived or were announced. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The shape of the current or last reply, if it was recorded. */
  get shape(): ReplyShape | undefined {
    return this.#shape;
  }

  /**
   * Returns the offset after the reply that continues or begins at `offset`. Returns -1 if the chunk does not contain
   * the end of the reply, or after a failure.
   */
  next(chunk: Buffer, offset: number): number {
    const line = this.#line;
    let at = offset;
    while (at < chunk.length) {
      let isOver = false;
      switch (this.#place) {
        case before:
          this.#begin(chunk[at++] as number);
          break;
        case inLine: {
          const from = at;
          at = line.read(chunk, at);
          // The LF that must follow the CR is counted with the line.
          this.#admit(at - from + (line.hasEnded ? 1 : 0));
          if (line.hasEnded) this.#place = inLineEnd;
          break;
        }
        case inLineEnd:
          if (chunk[at++] === lineFeed) isOver = this.#endLine();
          else this.#fail('malformed');
          break;
        default:
          at = this.#readBody(chunk, at);
          isOver = this.#bodyLeft === 0 && this.#endElement();
      }
      if (line.failure !== undefined) this.#fail(line.failure);
      if (this.#failure !== undefined) return -1;
      if (isOver) return at;
    }
    return -1;
  }

  #begin(type: number): void {
    const depth = this.#missing.length;
    if (depth === 0) this.#beginReply(type);
    else if (type === push) this.#fail('malformed');
    else if (depth === 1) this.#shape?.elements.push(kindOfElement(type));
    this.#bytes++;
    this.#line.begin(type, this.#shape !== undefined);
    this.#place = inLine;
  }

  #beginReply(marker: number): void {
    this.#marker = marker;
    this.#elements = 0;
    this.#bytes = 0;
    const keepsShape = this.keepsShapes || marker === push;
    this.#shape = keepsShape ? { marker, count: 0, elements: [], first: '' } : undefined;
  }

  /** Returns whether the reply is complete. */
  #endLine(): boolean {
    const line = this.#line;
    switch (line.after()) {
      case 'value':
        return this.#endElement();
      case 'null':
        if (this.#missing.length === 1) this.#shape?.elements.splice(-1, 1, 'null');
        return this.#endElement();
      case 'body':
        this.#bodyLeft = line.number + 2;
        this.#admit(this.#bodyLeft);
        this.#bodyText = '';
        this.#place = inBody;
        return false;
      case 'list':
        return this.#openList(line.number);
      default:
        this.#fail('malformed');
        return false;
    }
  }

  #openList(count: number): boolean {
    const depth = this.#missing.length;
    this.#elements += count;
    if (depth >= this.#limits.maxDepth) this.#fail('too-deep');
    if (this.#elements > this.#limits.maxElements) this.#fail('too-many-elements');
    if (depth === 0 && this.#shape !== undefined) this.#shape.count = count;
    if (count === 0 || this.#failure !== undefined) return this.#endElement();
    this.#missing.push(count);
    this.#place = before;
    return false;
  }

  #readBody(chunk: Buffer, from: number): number {
    const feedAt = from + this.#bodyLeft - 1;
    const end = Math.min(chunk.length, feedAt + 1);
    const isMalformed =
      (feedAt < end && chunk[feedAt] !== lineFeed) ||
      (feedAt - 1 >= from && feedAt - 1 < end && chunk[feedAt - 1] !== carriageReturn);
    if (isMalformed) this.#fail('malformed');
    if (this.#shape?.elements.length === 1 && this.#bodyText.length < keptBytes) {
      this.#bodyText += chunk.toString('latin1', from, Math.min(end, from + keptBytes));
    }
    this.#bodyLeft -= end - from;
    return end;
  }

  /** Returns whether the reply is complete with this element. */
  #endElement(): boolean {
    this.#place = before;
    const missing = this.#missing;
    if (this.#shape?.elements.length === 1 && missing.length === 1) {
      this.#shape.first = this.#line.type === bulk ? this.#bodyText.slice(0, -2) : this.#line.text;
    }
    for (let depth = missing.length - 1; depth >= 0; depth--) {
      const left = (missing[depth] as number) - 1;
      missing[depth] = left;
      if (left > 0) return false;
      missing.pop();
    }
    return true;
  }

  #admit(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#limits.maxReplyBytes) this.#fail('too-large');
    else if (this.#place === inLine && this.#line.bytes > this.#limits.maxLineBytes && !this.allowsLongLines)
      this.#fail('line-too-long');
  }

  #fail(reason: ProtocolErrorReason): void {
    this.#failure ??= reason;
  }
}

const noLimits = {
  maxLineBytes: Infinity,
  maxDepth: Infinity,
  maxElements: Infinity,
  maxReplyBytes: Infinity,
};

/** Creates a `ReplyFrames` without limits, for replies that have already been checked. */
export function admittedFrames(): ReplyFrames {
  return new ReplyFrames(noLimits, { readsResp3: true, followsRedirects: false });
}

/** Returns whether a complete reply is `_`, `$-1` or `*-1`. */
export function isNullReply(reply: Buffer): boolean {
  const [marker] = reply;
  if (marker === 0x5f) return true;
  return (marker === 0x24 || marker === 0x2a) && reply[1] === minus;
}

/** Returns the text of the error reply from `start` to `end`; undefined if the reply there is not an error. */
export function errorTextOf(bytes: Buffer, start: number, end: number): string | undefined {
  const marker = bytes[start];
  if (marker === minus) return bytes.toString('utf8', start + 1, end - 2);
  // A bulk error (`!`) begins with a line that contains only its length.
  return marker === 0x21 ? bytes.toString('utf8', bytes.indexOf(lineFeed, start) + 1, end - 2) : undefined;
}
