import { ByteQueue } from './byte-queue.ts';
import { ProtocolError, type ProtocolErrorReason } from './protocol-error.ts';
import { isReplyMarker, parseReplyHeader, type ListType, type TextType } from './reply-header.ts';
import { resolveReplyLimits, type ReplyLimits } from './reply-limits.ts';
import { ErrorReply, PushReply, type Reply } from './reply.ts';

/** The replies that a chunk of bytes completed. */
export interface ReadReplies {
  readonly replies: readonly Reply[];
  /** Why nothing after these replies can be read: the connection has to be closed. */
  readonly failure: ProtocolError | undefined;
}

/**
 * Reads replies of RESP2 and RESP3 from a stream of bytes. The same bytes give the same replies, however they are cut
 * into chunks; the work grows with their number alone, and what a peer can make it hold is bounded by its limits.
 * Attributes are skipped. `push` throws nothing, and after a failure it reads nothing more.
 *
 * @throws ConfigurationError from the constructor, for a limit that does not exist or is out of range
 * @example
 * const reader = new ReplyReader();
 * reader.push(Buffer.from('+PONG\r\n$5\r\nhel')).replies; // ['PONG']
 * reader.push(Buffer.from('lo\r\n')).replies; // ['hello']
 */
export class ReplyReader {
  readonly #limits: ReplyLimits;
  readonly #bytes = new ByteQueue();
  /** The lists that are not complete, from the outermost to the innermost. */
  readonly #open: OpenList[] = [];
  /** The text whose length was announced. */
  #text: { readonly type: TextType; readonly bytes: number } | undefined;
  /** Size so far of the reply that is being read. */
  #elements = 0;
  #replyBytes = 0;
  #failure: ProtocolError | undefined;

  constructor(limits: Partial<ReplyLimits> = {}) {
    this.#limits = resolveReplyLimits(limits);
  }

  /** Bytes searched, copied or decoded so far: at most four for each byte that was pushed. */
  get handledBytes(): number {
    return this.#bytes.handledBytes;
  }

  /** Adds bytes, and returns the replies that they complete. */
  push(chunk: Buffer): ReadReplies {
    const replies: Reply[] = [];
    if (this.#failure !== undefined) return { replies, failure: this.#failure };
    this.#bytes.push(chunk);
    for (let step = this.#step(); step !== 'wait'; step = this.#step()) {
      if (step.kind === 'invalid') {
        this.#failure = new ProtocolError(step.reason);
        this.#bytes.clear();
        this.#open.length = 0;
        break;
      }
      const reply = step.kind === 'value' ? this.#place(step.value) : undefined;
      if (reply !== undefined) replies.push(reply);
    }
    return { replies, failure: this.#failure };
  }

  /** Reads one line, or the text that a line announced. */
  #step(): Step {
    return this.#text === undefined ? this.#readLine() : this.#readText(this.#text);
  }

  #readLine(): Step {
    const unread = unreadable(this.#bytes);
    if (unread !== undefined) return unread;
    const { maxLineBytes } = this.#limits;
    const length = this.#bytes.lineLength();
    if (length === undefined)
      return this.#bytes.length < maxLineBytes + 2 ? 'wait' : invalid('line-too-long');
    if (length > maxLineBytes) return invalid('line-too-long');
    if (!this.#count(length + 2)) return invalid('too-large');
    const header = parseReplyHeader(this.#bytes.takeText(length));
    this.#bytes.skip(2);
    switch (header.kind) {
      case 'text':
        if (!this.#fits(header.bytes + 2)) return invalid('too-large');
        this.#text = header;
        return opened;
      case 'list':
        return this.#openList(header.type, header.count);
      default:
        return header;
    }
  }

  #readText({ type, bytes }: { readonly type: TextType; readonly bytes: number }): Step {
    if (this.#bytes.length < bytes + 2) return 'wait';
    this.#count(bytes + 2);
    this.#text = undefined;
    const text = this.#bytes.takeText(bytes);
    if (this.#bytes.at(0) !== 0x0d || this.#bytes.at(1) !== 0x0a) return invalid('malformed');
    this.#bytes.skip(2);
    if (type === 'error') return { kind: 'value', value: new ErrorReply(text) };
    if (type === 'string') return { kind: 'value', value: text };
    // A verbatim string begins with its format, as in `txt:`.
    return text[3] === ':' ? { kind: 'value', value: text.slice(4) } : invalid('malformed');
  }

  #openList(type: ListType, count: number): Step {
    if (type === 'push' && this.#open.length > 0) return invalid('malformed');
    if (this.#open.length >= this.#limits.maxDepth) return invalid('too-deep');
    this.#elements += count;
    if (this.#elements > this.#limits.maxElements) return invalid('too-many-elements');
    if (count > 0) {
      this.#open.push({ type, items: [], missing: count });
      return opened;
    }
    return closed(type, []);
  }

  /**
   * Puts a value into the innermost open list, which may complete that list and those around it; returns a whole reply.
   */
  #place(value: Reply): Reply | undefined {
    let placed = value;
    for (let list = this.#open.at(-1); list !== undefined; list = this.#open.at(-1)) {
      list.items.push(placed);
      if (--list.missing > 0) return undefined;
      this.#open.pop();
      const step = closed(list.type, list.items);
      if (step.kind !== 'value') return undefined;
      placed = step.value;
    }
    this.#elements = 0;
    this.#replyBytes = 0;
    return placed;
  }

  #count(bytes: number): boolean {
    const fits = this.#fits(bytes);
    this.#replyBytes += bytes;
    return fits;
  }

  #fits(bytes: number): boolean {
    return this.#replyBytes + bytes <= this.#limits.maxReplyBytes;
  }
}

interface OpenList {
  readonly type: ListType;
  readonly items: Reply[];
  missing: number;
}

/** `opened`: a text or a list was announced, or an attribute skipped; no value is complete yet. */
type Step =
  | 'wait'
  | { readonly kind: 'opened' }
  | { readonly kind: 'value'; readonly value: Reply }
  | { readonly kind: 'invalid'; readonly reason: ProtocolErrorReason };

const opened = { kind: 'opened' } as const;

function invalid(reason: ProtocolErrorReason): Step {
  return { kind: 'invalid', reason };
}

/** The value of a complete list. Attributes belong to the value after them, and are skipped. */
function closed(
  type: ListType,
  items: readonly Reply[],
): { readonly kind: 'value'; readonly value: Reply } | typeof opened {
  if (type === 'attribute') return opened;
  return { kind: 'value', value: type === 'push' ? new PushReply(items) : items };
}

/**
 * Judges by the first byte, or two, so that a peer that does not speak RESP is found out before a whole line arrives.
 */
function unreadable(bytes: ByteQueue): Step | undefined {
  const first = bytes.at(0);
  if (first === undefined) return 'wait';
  if (isReplyMarker(first)) return undefined;
  if (!isTlsRecord(first)) return invalid('not-resp');
  const second = bytes.at(1);
  return second === undefined ? 'wait' : invalid(second === 0x03 ? 'tls' : 'not-resp');
}

// A record begins with its content type, 20 to 23, then the major version, 3.
function isTlsRecord(first: number): boolean {
  return first >= 0x14 && first <= 0x17;
}
