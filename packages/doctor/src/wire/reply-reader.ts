import { ReplyError, type Reply } from './reply.ts';

/** What arrived is no Redis protocol. */
export class NotRedisError extends Error {
  override readonly name = 'NotRedisError';
}

const widths: ReadonlyMap<string, number> = new Map([
  ['*', 1],
  ['~', 1],
  ['>', 1],
  ['%', 2],
]);

const longestLine = 64 * 1024;

/** Reads replies of RESP2 and RESP3 from a stream of bytes. @throws {@link NotRedisError} from `push` */
export class ReplyReader {
  #buffer: Buffer = Buffer.alloc(0);

  /** Takes bytes in and gives back the replies that are complete. */
  push(chunk: Buffer): Reply[] {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    const replies: Reply[] = [];
    let offset = 0;
    for (;;) {
      const parsed = this.#parse(offset);
      if (parsed === undefined) break;
      replies.push(parsed.reply);
      offset = parsed.end;
    }
    this.#buffer = this.#buffer.subarray(offset);
    return replies;
  }

  #parse(start: number): Parsed | undefined {
    if (start >= this.#buffer.length) return undefined;
    const marker = String.fromCharCode(this.#buffer[start] ?? 0);
    if (!'+-:$*_,#(!=%~>|'.includes(marker)) throw new NotRedisError();
    const lineEnd = this.#buffer.indexOf('\r\n', start);
    if (lineEnd === -1) {
      if (this.#buffer.length - start > longestLine) throw new NotRedisError();
      return undefined;
    }
    const line = this.#buffer.toString('utf8', start + 1, lineEnd);
    const end = lineEnd + 2;
    if (marker === '-') return { reply: new ReplyError(line), end };
    if (marker === '$' || marker === '!' || marker === '=')
      return this.#parseText(marker, lengthOf(line), end);
    if (marker === '|') return this.#skipAttributes(lengthOf(line) * 2, end);
    const width = widths.get(marker);
    if (width !== undefined) return this.#parseList(lengthOf(line) * width, end);
    return { reply: marker === '_' ? null : line, end };
  }

  #parseText(marker: string, length: number, start: number): Parsed | undefined {
    if (length < 0) return { reply: null, end: start };
    const end = start + length + 2;
    if (this.#buffer.length < end) return undefined;
    // A verbatim text begins with its format, as in `txt:`.
    const text = this.#buffer.toString('utf8', marker === '=' ? start + 4 : start, start + length);
    return { reply: marker === '!' ? new ReplyError(text) : text, end };
  }

  #parseList(count: number, start: number): Parsed | undefined {
    if (count < 0) return { reply: null, end: start };
    const items: Reply[] = [];
    let offset = start;
    for (let index = 0; index < count; index++) {
      const parsed = this.#parse(offset);
      if (parsed === undefined) return undefined;
      items.push(parsed.reply);
      offset = parsed.end;
    }
    return { reply: items, end: offset };
  }

  #skipAttributes(count: number, start: number): Parsed | undefined {
    const skipped = this.#parseList(count, start);
    return skipped && this.#parse(skipped.end);
  }
}

interface Parsed {
  readonly reply: Reply;
  readonly end: number;
}

function lengthOf(line: string): number {
  if (!/^-?\d{1,10}$/.test(line)) throw new NotRedisError();
  return Number(line);
}
