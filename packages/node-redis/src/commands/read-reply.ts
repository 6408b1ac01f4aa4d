import { emptyObjectOf, type NodeRedisModule } from '../node-redis-module.ts';

/**
 * A type mapping of node-redis: for each RESP type, named by its first byte, the class to which its values are decoded.
 * A type without an entry is decoded as node-redis does by default.
 */
export type Mapping = Readonly<Record<number, unknown>>;

/** The part of the user's `redis` module that decoding needs: the classes of special replies, and the version. */
export type ReplyClasses = Pick<
  NodeRedisModule,
  'SimpleError' | 'BlobError' | 'VerbatimString' | 'DEFAULT_RESP'
>;

const carriageReturn = 0x0d;
const [plus, minus, dollar, star, colon, comma, equals, tilde, percent] = [
  0x2b, 0x2d, 0x24, 0x2a, 0x3a, 0x2c, 0x3d, 0x7e, 0x25,
];
const [underscore, hash, parenthesis, exclamation, bar, lowerT, zero] = [
  0x5f, 0x23, 0x28, 0x21, 0x7c, 0x74, 0x30,
];

/**
 * Decodes complete replies. The values are those that node-redis would produce from the same bytes and type mapping. An
 * error within a reply becomes an error object in the value; it is not thrown.
 */
export class ReplyReader {
  readonly #classes: ReplyClasses;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #mapping: Mapping = {};

  constructor(classes: ReplyClasses) {
    this.#classes = classes;
  }

  read(bytes: Buffer, mapping: Mapping): unknown {
    this.#bytes = bytes;
    this.#at = 0;
    this.#mapping = mapping;
    return this.#value();
  }

  #value(): unknown {
    const marker = this.#bytes[this.#at++];
    switch (marker) {
      case dollar:
        return this.#blob(this.#mapping[dollar]);
      case plus:
        return this.#line(this.#mapping[plus]);
      case colon:
        return this.#mapping[colon] === String ? this.#line(String) : this.#integer();
      case star:
        return this.#list();
      case percent:
        return this.#map();
      case tilde:
        return this.#set();
      case underscore:
        this.#at += 2;
        return null;
      case comma:
        return this.#mapping[comma] === String ? this.#line(String) : doubleOf(this.#line(String) as string);
      case hash:
        this.#at += 3;
        return this.#bytes[this.#at - 3] === lowerT;
      case equals:
        return this.#verbatim(this.#mapping[equals]);
      case parenthesis:
        return this.#mapping[parenthesis] === String
          ? this.#line(String)
          : BigInt(this.#line(String) as string);
      case minus:
        return new this.#classes.SimpleError(this.#line(String) as string);
      case exclamation:
        return new (this.#classes.BlobError ?? this.#classes.SimpleError)(this.#blob(String) as string);
      case bar:
        return this.#afterAttribute();
      default:
        throw new Error(`Unknown RESP type ${marker} "${String.fromCharCode(marker ?? 0)}"`);
    }
  }

  /** Reads the rest of a line. Returns a Buffer if `type` is `Buffer`, otherwise text. */
  #line(type: unknown): string | Buffer {
    const start = this.#at;
    const end = this.#bytes.indexOf(carriageReturn, start);
    this.#at = end + 2;
    return this.#slice(type, start, end);
  }

  #blob(type: unknown): string | Buffer | null {
    if (this.#isNull()) return null;
    const start = this.#lengthThenStart();
    return this.#slice(type, start, this.#at - 2);
  }

  #verbatim(type: unknown): unknown {
    const start = this.#lengthThenStart();
    const end = this.#at - 2;
    const { VerbatimString } = this.#classes;
    if (type !== VerbatimString) return this.#slice(type, start + 4, end);
    return new VerbatimString(
      this.#bytes.toString('utf8', start, start + 3),
      this.#bytes.toString('utf8', start + 4, end),
    );
  }

  #list(): unknown[] | null {
    return this.#isNull() ? null : this.#items(this.#integer());
  }

  #items(length: number): unknown[] {
    const items = Array.from<unknown>({ length });
    for (let index = 0; index < length; index++) items[index] = this.#value();
    return items;
  }

  #set(): unknown {
    const items = this.#items(this.#integer());
    return this.#mapping[tilde] === Set ? new Set(items) : items;
  }

  #map(): unknown {
    const length = this.#integer();
    if (this.#mapping[percent] === Array) return this.#items(length * 2);
    if (this.#mapping[percent] === Map) {
      const map = new Map<unknown, unknown>();
      for (let index = 0; index < length; index++) map.set(this.#name(), this.#value());
      return map;
    }
    const object = emptyObjectOf(this.#classes);
    for (let index = 0; index < length; index++) {
      // The name may be a list whose text is `__proto__`, so the name is converted to a string before the comparison.
      const name = String(this.#name());
      const value = this.#value();
      if (name === '__proto__') Object.defineProperty(object, name, { ...plainProperty, value });
      else object[name] = value;
    }
    return object;
  }

  /**
   * Reads the name of the next entry of a map. A name that is a string is read as text, even if the mapping asks for a
   * Buffer.
   */
  #name(): unknown {
    const marker = this.#bytes[this.#at];
    if (marker !== dollar && marker !== plus) return this.#value();
    this.#at++;
    return marker === dollar ? this.#blob(String) : this.#line(String);
  }

  #afterAttribute(): unknown {
    const length = this.#integer() * 2;
    for (let index = 0; index < length; index++) this.#value();
    return this.#value();
  }

  /** Returns whether the reply is a null of RESP2, whose length is -1, and skips the null. */
  #isNull(): boolean {
    if (this.#bytes[this.#at] !== minus) return false;
    this.#at += 4;
    return true;
  }

  /** Reads the length of a string, skips the string, and returns the offset of its first byte. */
  #lengthThenStart(): number {
    const length = this.#integer();
    const start = this.#at;
    this.#at += length + 2;
    return start;
  }

  // Adds up the digits as node-redis does, so that numbers beyond 2 ** 53 are rounded in the same way.
  #integer(): number {
    const bytes = this.#bytes;
    const sign = bytes[this.#at];
    if (sign === minus || sign === plus) this.#at++;
    let number = 0;
    for (
      let byte = bytes[this.#at++];
      byte !== undefined && byte !== carriageReturn;
      byte = bytes[this.#at++]
    ) {
      number = number * 10 + byte - zero;
    }
    this.#at++;
    return sign === minus ? -number : number;
  }

  #slice(type: unknown, start: number, end: number): string | Buffer {
    return type === Buffer ? this.#bytes.subarray(start, end) : this.#bytes.toString('utf8', start, end);
  }
}

const plainProperty = { enumerable: true, configurable: true, writable: true };

function doubleOf(text: string): number {
  switch (text) {
    case 'inf':
    case '+inf':
      return Infinity;
    case '-inf':
      return -Infinity;
    default:
      // For the text `nan`, `Number` returns NaN, as it should.
      return Number(text);
  }
}
