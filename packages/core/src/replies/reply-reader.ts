import { ByteQueue } from './byte-queue.ts';
import { ProtocolError, type ProtocolErrorReason } from './protocol-error.ts';
import { isReplyMarker, parseReplyHeader, type ListType, type TextType } from './reply-header.ts';
import { resolveReplyLimits, type ReplyLimits } from './reply-limits.ts';
import { ErrorReply, PushReply, type Reply } from './reply.ts';

/** The replies completed by a chunk of bytes. */
export interface ReadReplies {
  readonly replies: readonly Reply[];
  /**
   * Why reading cannot continue after these replies; undefined if it can. After a failure, the connection must be
   * closed.
   */
  readonly failure: ProtocolError | undefined;
}

/**
 * Reads RESP2 and RESP3 replies from a stream of bytes. The same bytes yield the same replies, regardless of how they
 * are split into chunks. The work is linear in the number of bytes, and the limits bound how many bytes are buffered.
 * RESP3 attributes are skipped. `push` never throws, and reads nothing more after a failure.
 *
 * @throws {@link ConfigurationError} from the constructor, for a limit that does not exist or is out of range
 * @example
 * const reader = new ReplyReader();
 * reader.push(Buffer.from('+PONG\r\n$5\r\nhel')).replies; // ['PONG']
 * reader.push(Buffer.from('lo\r\n')).replies; // ['hello']
 */
export class ReplyReader {
  readonly #limits: ReplyLimits;
  readonly #bytes = new ByteQueue();
  /** The incomplete aggregates, from the outermost to the innermost. */
  readonly #open: OpenList[] = [];
  /** The string that is being read; its length was announced by the line before it. */
  #text: { readonly type: TextType; readonly bytes: number } | undefined;
  /** The size so far of the reply that is being read. */
  #elements = 0;
  #replyBytes = 0;
  #failure: ProtocolError | undefined;

  constructor(limits: Partial<ReplyLimits> = {}) {
    this.#limits = resolveReplyLimits(limits);
  }

  /** Number of bytes searched, copied or decoded so far: at most four for each byte that was pushed. */
  get handledBytes(): number {
    return this.#bytes.handledBytes;
  }

  /** Adds bytes and returns the replies that they complete. */
  push(chunk: Buffer): ReadReplies {
    const replies: Reply[] = [];
    if (this.#failure !== undefined) return { replies, failure: this.#failure };
    this.#bytes.push(chunk);
    for (let step = this.#step(); step !== 'wait'; step = this.#step()) {
      if (step === undefined) continue;
      if (step.kind === 'invalid') {
        this.#fail(step.reason);
        break;
      }
      const reply = this.#place(step.value);
      if (reply !== undefined) replies.push(reply);
    }
    return { replies, failure: this.#failure };
  }

  /** Reads one line, or the string that a line announced. */
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
    if (!this.#admit(length + 2)) return invalid('too-large');
    const header = parseReplyHeader(this.#bytes.takeText(length, 2));
    switch (header.kind) {
      case 'text':
        this.#text = header;
        return this.#admit(header.bytes + 2) ? undefined : invalid('too-large');
      case 'list':
        return this.#openList(header.type, header.count);
      default:
        return header;
    }
  }

  #readText({ type, bytes }: { readonly type: TextType; readonly bytes: number }): Step {
    if (this.#bytes.length < bytes + 2) return 'wait';
    this.#text = undefined;
    const isEnded = this.#bytes.at(bytes) === 0x0d && this.#bytes.at(bytes + 1) === 0x0a;
    if (!isEnded) return invalid('malformed');
    const text = this.#bytes.takeText(bytes, 2);
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
    if (count === 0) return closed(type, []);
    this.#open.push({ type, items: [], missing: count });
    return undefined;
  }

  /**
   * Adds a value to the innermost aggregate, which may complete that aggregate and the ones around it. Returns the
   * reply if it is complete.
   */
  #place(value: Reply): Reply | undefined {
    let placed = value;
    for (let list = this.#open.at(-1); list !== undefined; list = this.#open.at(-1)) {
      list.items.push(placed);
      if (--list.missing > 0) return undefined;
      this.#open.pop();
      const whole = closed(list.type, list.items);
      if (whole === undefined) return undefined;
      placed = whole.value;
    }
    this.#elements = 0;
    this.#replyBytes = 0;
    return placed;
  }

  /**
   * Adds bytes that have arrived or were announced to the size of the reply. Returns whether the size is within the
   * limit.
   */
  #admit(bytes: number): boolean {
    this.#replyBytes += bytes;
    return this.#replyBytes <= this.#limits.maxReplyBytes;
  }

  #fail(reason: ProtocolErrorReason): void {
    this.#failure = new ProtocolError(reason);
    this.#bytes.clear();
    this.#open.length = 0;
  }
}

interface OpenList {
  readonly type: ListType;
  readonly items: Reply[];
  missing: number;
}

/**
 * The result of reading one line or string. `wait` means that the end of the line or string has not arrived. Undefined
 * means that no value is complete yet, because a string or an aggregate began, or an attribute ended.
 */
type Step =
  | 'wait'
  | { readonly kind: 'value'; readonly value: Reply }
  | { readonly kind: 'invalid'; readonly reason: ProtocolErrorReason }
  | undefined;

function invalid(reason: ProtocolErrorReason): Step {
  return { kind: 'invalid', reason };
}

/** Returns the value of a complete aggregate; undefined for an attribute, which is skipped. */
function closed(
  type: ListType,
  items: readonly Reply[],
): { readonly kind: 'value'; readonly value: Reply } | undefined {
  if (type === 'attribute') return undefined;
  return { kind: 'value', value: type === 'push' ? new PushReply(items) : items };
}

/**
 * Returns undefined if a reply can begin with the next byte. The first byte is checked before the line is complete,
 * because bytes that are not RESP may never contain a line end.
 */
function unreadable(bytes: ByteQueue): Step {
  const first = bytes.at(0);
  if (first === undefined) return 'wait';
  if (isReplyMarker(first)) return undefined;
  if (!isTlsRecord(first)) return invalid('not-resp');
  const second = bytes.at(1);
  return second === undefined ? 'wait' : invalid(second === 0x03 ? 'tls' : 'not-resp');
}

// A TLS record begins with its content type, 20 to 23, followed by the major version, 3.
function isTlsRecord(first: number): boolean {
  return first >= 0x14 && first <= 0x17;
}
