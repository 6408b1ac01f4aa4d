import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { admittedFrames, isNullReply, type ReplyFrames } from '../../replies/reply-frames.ts';
import { hear } from '../methods/hear.ts';
import { internals, type Internals } from '../internals.ts';
import { isTogether, type FurtherReplies } from './raw-together.ts';

/** Sends a command that bypasses the gate, and resolves with its reply. */
interface Asker {
  ask(name: string, args: readonly string[]): Promise<unknown>;
}

type Parse = (piece: Buffer) => void;

/** The router's position in the connection's byte stream. */
type Place =
  /** The router does not know which part of which reply the next byte is, so it passes all bytes to ioredis' parser. */
  | { readonly kind: 'unknown' }
  /**
   * The position will be known at the end of the reply that contains `mark`, the text of a PING that the router has
   * sent. `tail` holds the last bytes that were read, in case `mark` is split between two pieces.
   */
  | { readonly kind: 'seeking'; readonly mark: Buffer; tail: Buffer }
  /** The position is known. `left` is the number of bytes that belong to the driver before the next reply begins. */
  | { readonly kind: 'known'; left: number; readonly frames: ReplyFrames; isRaw: boolean; parts: Buffer[] };

const [simpleError, blobError, push] = [0x2d, 0x21, 0x3e];

/**
 * Intercepts the bytes meant for ioredis' parser. If a reply belongs to a raw command, that command receives it. All
 * other bytes go to the parser: replies to ioredis' own commands, subscription messages, and error replies, except
 * those to raw commands that were sent together. A client gets a router when its first `RawClient` is created.
 */
export class ReplyRouter {
  readonly #target: Internals;
  readonly #asker: Asker;
  #isWanted = false;
  #further: FurtherReplies = { count: 0 };
  #socket: Socket | undefined;
  #parse: Parse = ignore;
  #place: Place = { kind: 'unknown' };

  constructor(client: Redis, asker: Asker) {
    this.#target = internals(client);
    this.#asker = asker;
    hear(client, 'connect', () => {
      this.#further = { count: 0 };
      if (this.#isWanted) this.#attach(known(0));
    });
  }

  /**
   * The count of replies that are due on the client's current connection, in addition to one for each command in its
   * queue.
   */
  get further(): FurtherReplies {
    return this.#further;
  }

  /** Call before the first raw command is sent. */
  want(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    const { status } = this.#target;
    if (status !== 'connect' && status !== 'ready') return;
    const mark = randomUUID();
    const place: Place = { kind: 'seeking', mark: Buffer.from(mark), tail: Buffer.alloc(0) };
    if (!this.#attach(place)) return;
    const socket = this.#socket;
    // The router learns from the reply to PING where the next reply begins. If PING fails, the socket is destroyed; on
    // the next connection, the router knows the position from the first byte on.
    this.#asker.ask('ping', [mark]).catch(() => socket?.destroy());
  }

  /** Replaces ioredis' parser among the socket's listeners. Returns false if the parser is not among the listeners. */
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
      // The client has moved on to another socket: the bytes of this one go to its own parser.
      else parse(piece);
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
    // The reply to PING ends with `mark` and a line end, so the next reply begins after that line end.
    if (at >= 0) this.#place = known(at + mark.length + 2 - tail.length);
    else place.tail = Buffer.from(bytes.subarray(Math.max(0, bytes.length - mark.length)));
  }

  #route(piece: Buffer, place: Place & { kind: 'known' }): void {
    let at = Math.min(place.left, piece.length);
    if (at > 0) this.#parse(piece.subarray(0, at));
    place.left -= at;
    // Offset of the first byte that has not been delivered yet.
    let from = at;
    while (at < piece.length) {
      const { frames } = place;
      if (frames.isBetween) {
        const isRaw = this.#isRaw(piece[at] as number);
        // A push arrived between the replies to commands that were sent as one; it is not part of the raw reply.
        if (place.isRaw && !isRaw && from < at) place.parts.push(piece.subarray(from, at));
        if (!isRaw) from = at;
        place.isRaw = isRaw;
      }
      const end = frames.next(piece, at);
      if (frames.failure !== undefined) {
        // After a malformed reply, all bytes go to the parser, which reports the malformed reply and ends the
        // connection.
        this.#place = { kind: 'unknown' };
        this.#parse(piece.subarray(from));
        return;
      }
      if (end < 0) break;
      at = end;
      if (!place.isRaw) this.#parse(piece.subarray(from, at));
      else if (this.#isAnswered()) this.#answer(whole(place, piece.subarray(from, at)));
      else continue;
      from = at;
    }
    if (from === piece.length) return;
    const rest = piece.subarray(from);
    if (place.isRaw) place.parts.push(rest);
    else this.#parse(rest);
  }

  #isRaw(marker: number): boolean {
    const { condition, commandQueue } = this.#target;
    if (marker === push || (condition?.subscriber && condition.protocol !== 3)) return false;
    const command = commandQueue.peekFront()?.command;
    if (marker === simpleError || marker === blobError) return isTogether(command);
    return command?.isRaw === true;
  }

  #isAnswered(): boolean {
    const command = this.#target.commandQueue.peekFront()?.command;
    return !isTogether(command) || command.isLast();
  }

  #answer(bytes: Buffer): void {
    const command = this.#target.commandQueue.shift()?.command;
    command?.resolve(command.joined === undefined && isNullReply(bytes) ? null : bytes);
  }
}

const askerOf = Symbol('asker');
const routedBy = Symbol('router');

interface Routed extends Internals {
  [askerOf]?: Asker;
  [routedBy]?: ReplyRouter;
}

/**
 * Prepares this client for a router, which {@link routerOf} creates when it is first needed. `asker` sends the commands
 * of the router.
 */
export function allowRouting(client: Redis, asker: Asker): void {
  (internals(client) as Routed)[askerOf] = asker;
}

/** Returns the router of this client, which is created by the first call; undefined if the client is not protected. */
export function routerOf(client: Redis): ReplyRouter | undefined {
  const target = internals(client) as Routed;
  // A leased client inherits from a protected one, but has no router.
  if (!Object.hasOwn(target, askerOf)) return undefined;
  return (target[routedBy] ??= new ReplyRouter(client, target[askerOf] as Asker));
}

/** Returns how many replies are due in addition to one for each command in the client's queue. */
export function furtherRepliesOf(client: Redis): number {
  return (internals(client) as Routed)[routedBy]?.further.count ?? 0;
}

function known(left: number): Place & { kind: 'known' } {
  return { kind: 'known', left, frames: admittedFrames(), isRaw: false, parts: [] };
}

function whole(place: Place & { kind: 'known' }, last: Buffer): Buffer {
  if (place.parts.length === 0) return last;
  const bytes = Buffer.concat([...place.parts, last]);
  place.parts = [];
  return bytes;
}

// ioredis' listener is recognised by its source, which contains the name of the parser.
function isParser(listener: Parse): boolean {
  return /decoder\.write|parser\.execute/.test(Function.prototype.toString.call(listener));
}

function ignore(): void {
  // Placeholder until a socket has been attached.
}
