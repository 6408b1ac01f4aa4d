/** A reply of the handshake: text for strings and numbers, an Error for error replies, nested for aggregates. */
export type Reply = string | null | RespError | readonly Reply[];

/** An error reply, word for word as the server sent it. */
export class RespError extends Error {
  override readonly name = 'RespError';
}

/** What arrived is no Redis protocol. `firstBytes` lets the recogniser tell TLS alerts from other peers. */
export class NotRespError extends Error {
  override readonly name = 'NotRespError';
  readonly firstBytes: Buffer;

  constructor(firstBytes: Buffer) {
    super('The peer does not speak the Redis protocol.');
    this.firstBytes = firstBytes;
  }
}

/** Encodes one command for the wire. */
export function encodeCommand(args: readonly string[]): string {
  let text = `*${args.length}\r\n`;
  for (const arg of args) text += `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`;
  return text;
}

const aggregates = new Map([
  ['*', 1],
  ['~', 1],
  ['>', 1],
  ['%', 2],
  ['|', 2],
]);

/**
 * Reads replies for the few commands we speak ourselves before the driver takes the socket over. Small by purpose:
 * the driver's own parser does the rest.
 *
 * @throws {@link NotRespError} from `push` when the bytes are no Redis protocol
 */
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

  #parse(start: number): { reply: Reply; end: number } | undefined {
    if (start >= this.#buffer.length) return undefined;
    const marker = String.fromCharCode(this.#buffer[start] as number);
    if (!'+-:$*_,#(!=%~>|'.includes(marker)) throw new NotRespError(this.#buffer.subarray(start, start + 8));
    const lineEnd = this.#buffer.indexOf('\r\n', start);
    if (lineEnd === -1) return undefined;
    const line = this.#buffer.toString('utf8', start + 1, lineEnd);
    const end = lineEnd + 2;
    const width = aggregates.get(marker);
    if (width !== undefined) return this.#parseAggregate(Number(line) * width, end);
    if (marker === '$' || marker === '!' || marker === '=') {
      return this.#parseBulk(Number(line), end, marker === '!');
    }
    if (marker === '-') return { reply: new RespError(line), end };
    return { reply: marker === '_' ? null : line, end };
  }

  #parseBulk(length: number, start: number, isError: boolean): { reply: Reply; end: number } | undefined {
    if (length < 0) return { reply: null, end: start };
    if (this.#buffer.length < start + length + 2) return undefined;
    const text = this.#buffer.toString('utf8', start, start + length);
    return { reply: isError ? new RespError(text) : text, end: start + length + 2 };
  }

  #parseAggregate(count: number, start: number): { reply: Reply; end: number } | undefined {
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
}
