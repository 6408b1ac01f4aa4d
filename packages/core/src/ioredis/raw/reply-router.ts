import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { ReplyFrames } from '../../replies/reply-frames.ts';
import { internals, type Internals } from '../internals.ts';

type Ask = (name: string, args: readonly string[]) => Promise<unknown>;
type Parse = (piece: Buffer) => void;

/** Where in its bytes a connection is, as far as its router knows. */
type Place =
  /** Somewhere: all bytes are the driver's. */
  | { readonly kind: 'unknown' }
  /** Somewhere before the answer that ends with this mark. `tail`: the last bytes before the next piece. */
  | { readonly kind: 'seeking'; readonly mark: Buffer; tail: Buffer }
  /** `left`: bytes that are still the driver's before the next reply begins. */
  | { readonly kind: 'known'; left: number; readonly frames: ReplyFrames; isRaw: boolean; parts: Buffer[] };

const [simpleError, blobError, push] = [0x2d, 0x21, 0x3e];

/**
 * Stands before the parser of ioredis, and gives the bytes of the replies to raw commands to those commands. All other
 * bytes go to the parser: replies to its own commands, error replies, and what a subscription brings. While no raw
 * command was ever wanted it looks at nothing.
 */
export class ReplyRouter {
  readonly #target: Internals;
  readonly #ask: Ask;
  #isWanted = false;
  #socket: Socket | undefined;
  #parse: Parse = ignore;
  #place: Place = { kind: 'unknown' };

  /** @param ask sends a command past the gate */
  constructor(client: Redis, ask: Ask) {
    this.#target = internals(client);
    this.#ask = ask;
    client.on('connect', () => this.#attach(this.#isWanted ? known(0) : { kind: 'unknown' }));
  }

  /** From now on raw commands may be sent. */
  want(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    const { status } = this.#target;
    if (status !== 'connect' && status !== 'ready') return;
    const mark = randomUUID();
    const place: Place = { kind: 'seeking', mark: Buffer.from(mark), tail: Buffer.alloc(0) };
    if (!this.#attach(place)) return;
    const socket = this.#socket;
    // Without that answer nobody knows where a reply begins: the next connection is routed from its first byte on.
    this.#ask('ping', [mark]).catch(() => socket?.destroy());
  }

  /** Takes the place of the parser among the listeners of the socket; false when it is not there. */
  #attach(place: Place): boolean {
    const socket = this.#target.stream;
    if (socket === undefined) return false;
    if (socket === this.#socket) {
      if (place.kind !== 'unknown') this.#place = place;
      return true;
    }
    const listeners = socket.listeners('data') as Parse[];
    const parse = listeners.find(isParser);
    if (parse === undefined) return false;
    this.#socket = socket;
    this.#parse = parse;
    this.#place = place;
    const read = (piece: Buffer): void => {
      if (this.#socket === socket) this.#read(piece);
    };
    socket.removeAllListeners('data');
    for (const listener of listeners) socket.on('data', listener === parse ? read : listener);
    return true;
  }

  #read(piece: Buffer): void {
    const place = this.#place;
    if (place.kind === 'known') this.#route(piece, place);
    else {
      if (place.kind === 'seeking') this.#seek(piece, place);
      if (this.#place.kind === 'known') this.#route(piece, this.#place);
      else this.#parse(piece);
    }
  }

  #seek(piece: Buffer, place: Place & { kind: 'seeking' }): void {
    const { mark, tail } = place;
    const bytes = Buffer.concat([tail, piece]);
    const at = bytes.indexOf(mark);
    // The line end of the mark belongs to it.
    if (at >= 0) this.#place = known(at + mark.length + 2 - tail.length);
    else place.tail = Buffer.from(bytes.subarray(Math.max(0, bytes.length - mark.length)));
  }

  #route(piece: Buffer, place: Place & { kind: 'known' }): void {
    let at = 0;
    if (place.left > 0) {
      at = Math.min(place.left, piece.length);
      place.left -= at;
      this.#parse(piece.subarray(0, at));
    }
    while (at < piece.length) {
      const { frames } = place;
      if (frames.isBetween) place.isRaw = this.#isRaw(piece[at] as number);
      const end = frames.next(piece, at);
      if (frames.failure !== undefined) {
        // The parser reports it, and the connection ends.
        this.#place = { kind: 'unknown' };
        this.#parse(piece.subarray(at));
        return;
      }
      const isWhole = end >= 0;
      const bytes = piece.subarray(at, isWhole ? end : piece.length);
      if (!place.isRaw) this.#parse(bytes);
      else if (isWhole) this.#answer(whole(place, bytes));
      else place.parts.push(bytes);
      if (!isWhole) return;
      at = end;
    }
  }

  #isRaw(marker: number): boolean {
    if (marker === simpleError || marker === blobError || marker === push) return false;
    const { condition, commandQueue } = this.#target;
    if (condition?.subscriber && condition.protocol !== 3) return false;
    return commandQueue.peekFront()?.command.isRaw === true;
  }

  #answer(bytes: Buffer): void {
    this.#target.commandQueue.shift()?.command.resolve(isNull(bytes) ? null : bytes);
  }
}

const routers = new WeakMap<Redis, ReplyRouter>();

/** Puts a router before the replies of a client. */
export function routeReplies(client: Redis, ask: Ask): void {
  routers.set(client, new ReplyRouter(client, ask));
}

export function routerOf(client: Redis): ReplyRouter | undefined {
  return routers.get(client);
}

function known(left: number): Place & { kind: 'known' } {
  return { kind: 'known', left, frames: new ReplyFrames(noLimits, parser), isRaw: false, parts: [] };
}

// The guard of the socket, which stands before, has limits.
const noLimits = {
  maxLineBytes: Infinity,
  maxDepth: Infinity,
  maxElements: Infinity,
  maxReplyBytes: Infinity,
};
const parser = { readsResp3: true, followsRedirects: false };

function whole(place: Place & { kind: 'known' }, last: Buffer): Buffer {
  if (place.parts.length === 0) return last;
  const bytes = Buffer.concat([...place.parts, last]);
  place.parts = [];
  return bytes;
}

/** `_`, `$-1` or `*-1`. */
function isNull(bytes: Buffer): boolean {
  const [marker] = bytes;
  if (marker === 0x5f) return true;
  return (marker === 0x24 || marker === 0x2a) && bytes[1] === 0x2d;
}

// The source of ioredis' listener names its reader.
function isParser(listener: Parse): boolean {
  return /decoder\.write|parser\.execute/.test(Function.prototype.toString.call(listener));
}

function ignore(): void {
  // No socket was attached.
}
