const lineFeed = 0x0a;
const minus = 0x2d;
const [zero, nine] = [0x30, 0x39];

/** What the first byte of a reply says of what follows it. */
type Shape = 'line' | 'text' | 'list' | 'pairs' | 'attribute';

const shapes: ReadonlyMap<number, Shape> = new Map(
  Object.entries({
    line: '+-:_#,(',
    text: '$=!',
    list: '*~>',
    pairs: '%',
    attribute: '|',
  }).flatMap(([shape, markers]) => Array.from(markers, (marker) => [marker.charCodeAt(0), shape as Shape])),
);

/**
 * Finds where replies of RESP2 and RESP3 end, without reading their values. The bytes may come in any pieces, and each
 * byte is looked at once at most: the text of a string is skipped.
 *
 * @example
 * const frames = new ReplyFrames();
 * frames.end(Buffer.from('+OK\r\n:1\r\n'), 0); // 5
 * frames.end(Buffer.from('+OK\r\n:1'), 5); // -1: the reply goes on in the next piece
 */
export class ReplyFrames {
  /** Values that the reply lacks. */
  #missing = 1;
  /** Bytes of a string, with its line end, that are still to come. */
  #textBytes = 0;
  /** Of the line that is being read; undefined between lines. */
  #shape: Shape | undefined;
  #count = 0;
  #isNull = false;

  /** Whether the next byte is the first one of a reply. */
  get isBetween(): boolean {
    return this.#missing === 1 && this.#shape === undefined && this.#textBytes === 0;
  }

  /**
   * Goes on at `from`.
   *
   * @returns the offset behind the reply, or -1 when it goes on behind this piece
   * @throws RangeError when the bytes are no RESP
   */
  end(piece: Buffer, from: number): number {
    let at = from;
    while (true) {
      if (this.#textBytes > 0) {
        const left = piece.length - at;
        if (left < this.#textBytes) {
          this.#textBytes -= left;
          return -1;
        }
        at += this.#textBytes;
        this.#textBytes = 0;
        this.#missing--;
      } else {
        at = this.#line(piece, at);
        if (at < 0) return -1;
        this.#lineEnded();
      }
      if (this.#missing === 0) {
        this.#missing = 1;
        return at;
      }
    }
  }

  /** Reads the rest of a line; returns the offset behind it, or -1 when it goes on behind this piece. */
  #line(piece: Buffer, from: number): number {
    let at = from;
    if (this.#shape === undefined) {
      if (at === piece.length) return -1;
      this.#shape = shapes.get(piece[at++] as number);
      if (this.#shape === undefined) throw new RangeError('These bytes are no RESP.');
      this.#count = 0;
      this.#isNull = false;
    }
    if (this.#shape === 'line') {
      at = piece.indexOf(lineFeed, at);
      return at < 0 ? -1 : at + 1;
    }
    while (at < piece.length) {
      const byte = piece[at++] as number;
      if (byte === lineFeed) return at;
      if (byte === minus) this.#isNull = true;
      else if (byte >= zero && byte <= nine) this.#count = this.#count * 10 + byte - zero;
    }
    return -1;
  }

  #lineEnded(): void {
    const shape = this.#shape;
    this.#shape = undefined;
    if (this.#isNull && shape !== 'line') this.#missing--;
    else if (shape === 'text') this.#textBytes = this.#count + 2;
    // An attribute is no value: the one that it belongs to follows.
    else if (shape === 'attribute') this.#missing += 2 * this.#count;
    else if (shape === 'pairs') this.#missing += 2 * this.#count - 1;
    else if (shape === 'list') this.#missing += this.#count - 1;
    else this.#missing--;
  }
}
