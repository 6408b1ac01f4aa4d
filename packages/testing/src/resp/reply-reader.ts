/** An error reply of the server. `message` is the whole reply: `ERR unknown command`, `LOADING Redis is loading...`. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
}

/** Cuts a stream of RESP2 into values. Errors come as {@link ReplyError}, also inside arrays. */
export class ReplyReader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** Takes what arrived and gives all values that are complete by now. */
  push(chunk: Buffer): unknown[] {
    this.#bytes = this.#bytes.length > 0 ? Buffer.concat([this.#bytes, chunk]) : chunk;
    const values: unknown[] = [];
    for (;;) {
      this.#at = 0;
      const value = this.#value();
      if (value === incomplete) return values;
      values.push(value);
      this.#bytes = this.#bytes.subarray(this.#at);
    }
  }

  #value(): unknown {
    const line = this.#line();
    if (line === undefined) return incomplete;
    const rest = line.slice(1);
    switch (line[0]) {
      case '+':
        return rest;
      case '-':
        return new ReplyError(rest);
      case ':':
        return Number(rest);
      case '$':
        return this.#bulk(Number(rest));
      case '*':
        return this.#array(Number(rest));
      default:
        throw new Error(`Not RESP2: a reply that begins with ${JSON.stringify(line.slice(0, 40))}`);
    }
  }

  #line(): string | undefined {
    const end = this.#bytes.indexOf('\r\n', this.#at);
    if (end < 0) return undefined;
    const line = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 2;
    return line;
  }

  #bulk(length: number): unknown {
    if (length < 0) return null;
    const end = this.#at + length;
    if (this.#bytes.length < end + 2) return incomplete;
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 2;
    return text;
  }

  #array(length: number): unknown {
    if (length < 0) return null;
    const items: unknown[] = [];
    for (let index = 0; index < length; index++) {
      const item = this.#value();
      if (item === incomplete) return incomplete;
      items.push(item);
    }
    return items;
  }
}

const incomplete = Symbol('incomplete');
