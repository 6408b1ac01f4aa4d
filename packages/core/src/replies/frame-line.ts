import type { ProtocolErrorReason } from './protocol-error.ts';
import { redirectionOf } from './reply-error.ts';

/** How the driver's parser treats replies. {@link FrameLine} checks the replies before the parser reads them. */
export interface ParserTraits {
  /** Whether the parser reads RESP3 types. */
  readonly readsResp3: boolean;
  /** Whether the driver connects to the address in a MOVED or ASK error, so that this address must be well-formed. */
  readonly followsRedirects: boolean;
}

/**
 * What follows the first line of an element. `value` and `null`: nothing, because the line is the whole element.
 * `body`: the bytes of a string. `list`: the elements of an aggregate.
 */
export type AfterLine = 'value' | 'null' | 'body' | 'list';

/**
 * At least this many bytes of a line or string are kept for inspection. Longer lines and strings may be kept only in
 * part.
 */
export const keptBytes = 128;

const carriageReturn = 0x0d;
/**
 * The first bytes of a line, up to this number, are searched in a loop. Most lines are short, and for short lines a
 * loop is faster than calling `indexOf`.
 */
const shortBytes = 64;

/**
 * Reads the first line of an element of a reply, up to its CR. The line is checked while its bytes arrive, and is never
 * decoded as a whole.
 */
export class FrameLine {
  failure: ProtocolErrorReason | undefined;
  type = 0;
  /**
   * The length that the line announces. The length of a map is the number of its names plus the number of its values.
   */
  number = 0;
  /** Number of bytes of the line read so far, without the type byte. */
  bytes = 0;
  /** The beginning of the line; empty if the text of the line need not be inspected. */
  text = '';
  readonly #traits: ParserTraits;
  readonly #types: Uint8Array;
  #keepsText = false;
  #isNegative = false;
  #hasEnded = false;

  constructor(traits: ParserTraits) {
    this.#traits = traits;
    this.#types = traits.readsResp3 ? resp3Types : resp2Types;
  }

  /** Whether the CR has arrived. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  begin(type: number, keepsText: boolean): void {
    this.type = type;
    this.number = 0;
    this.bytes = 0;
    this.text = '';
    this.#keepsText = keepsText || type !== plus;
    this.#isNegative = false;
    this.#hasEnded = false;
    if (this.#types[type] === unknownType) this.failure = 'not-resp';
  }

  /**
   * Continues to read the line at offset `from`. Returns the offset after the CR, or the chunk's length if the CR is
   * missing.
   */
  read(chunk: Buffer, from: number): number {
    return this.#types[this.type] === textType ? this.#readText(chunk, from) : this.#readNumber(chunk, from);
  }

  /** Returns what follows the line; undefined if the line is malformed. */
  after(): AfterLine | undefined {
    switch (this.type) {
      case plus:
        return 'value';
      case 0x24: // $
        return this.#isNegative ? this.#nullOrNothing() : this.#afterLength('body');
      case 0x2a: // *
        return this.#isNegative ? this.#nullOrNothing() : this.#afterLength('list');
      case 0x3a: // :
        return this.bytes > (this.#isNegative ? 1 : 0) ? 'value' : undefined;
      case 0x7e: // ~
      case 0x3e: // >
        return this.#afterLength('list');
      case 0x25: // %
        this.number *= 2;
        return this.#afterLength('list');
      case 0x21: // !
        return this.#afterLength('body');
      case 0x3d: // = A verbatim string begins with its format, as in `txt:`.
        return this.number >= 4 ? this.#afterLength('body') : undefined;
      case 0x5f: // _
        return this.bytes === 0 ? 'null' : undefined;
      default:
        return this.#isSoundText() ? 'value' : undefined;
    }
  }

  #readText(chunk: Buffer, from: number): number {
    let end = from;
    const near = Math.min(chunk.length, from + shortBytes);
    while (end < near && chunk[end] !== carriageReturn) end++;
    if (end === near && near < chunk.length) {
      const found = chunk.indexOf(carriageReturn, near);
      end = found === -1 ? chunk.length : found;
    }
    if (this.#keepsText && this.text.length < keptBytes) {
      this.text += chunk.toString('latin1', from, Math.min(end, from + keptBytes));
    }
    this.bytes += end - from;
    if (end === chunk.length) return end;
    this.#hasEnded = true;
    return end + 1;
  }

  #readNumber(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (byte === carriageReturn) {
        this.#hasEnded = true;
        return at + 1;
      }
      if (byte >= 0x30 && byte <= 0x39 && this.bytes < 21) {
        this.number = this.number * 10 + (byte - 0x30);
      } else if (this.bytes === 0 && (byte === minus || (byte === plus && this.type === 0x3a))) {
        this.#isNegative = true;
      } else {
        this.failure = byte === 0x3f ? 'streamed' : 'malformed';
        return at;
      }
      this.bytes++;
    }
    return chunk.length;
  }

  #afterLength(after: 'body' | 'list'): AfterLine | undefined {
    return this.bytes > 0 && !this.#isNegative ? after : undefined;
  }

  #nullOrNothing(): AfterLine | undefined {
    return this.number === 1 && this.bytes === 2 ? 'null' : undefined;
  }

  #isSoundText(): boolean {
    switch (this.type) {
      case 0x23: // #
        return this.text === 't' || this.text === 'f';
      case 0x2c: // ,
        return this.bytes < keptBytes && double.test(this.text);
      case 0x28: // (
        return bigNumber.test(this.text);
      default:
        return !this.#traits.followsRedirects || !leadsToAddress(this.text) || address.test(this.text);
    }
  }
}

const plus = 0x2b;
const minus = 0x2d;
const double = /^[+-]?(?:inf|nan|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)$/;
const bigNumber = /^[+-]?\d+$/;
const address = /^(?:MOVED|ASK) \d{1,5} \S*:\d{1,5}$/;

const unknownType = 0;
const textType = 1;
const numberType = 2;
const resp2Types = typesOf('+-', ':$*');
const resp3Types = typesOf('+-_#,(', ':$*!=%~>');

function leadsToAddress(text: string): boolean {
  const redirection = redirectionOf(text);
  return redirection === 'moved' || redirection === 'ask';
}

function typesOf(texts: string, numbers: string): Uint8Array {
  const types = new Uint8Array(256).fill(unknownType);
  for (const type of Buffer.from(texts)) types[type] = textType;
  for (const type of Buffer.from(numbers)) types[type] = numberType;
  return types;
}
