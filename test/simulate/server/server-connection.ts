import { ReplyReader } from '../../../packages/core/src/replies/reply-reader.ts';
import { bulk, integer, list, noList, nothing, push, type ReplyText } from '../../core/fakes/reply-text.ts';
import type { MemorySocket } from '../../core/fakes/memory-socket.ts';
import { answerTo, isHeld } from './answer.ts';
import type { SimulatedServer } from './simulated-server.ts';

/** A call that waits for an element of a list. */
interface Blocked {
  readonly command: readonly string[];
  readonly keys: readonly string[];
  readonly timer: object | undefined;
}

/** One client of a {@link SimulatedServer}, from the server's point of view; its commands run one after the other. */
export class ServerConnection {
  readonly server: SimulatedServer;
  readonly socket: MemorySocket;
  readonly id: number;
  readonly channels = new Set<string>();
  protocol: 2 | 3 = 2;
  database = 0;
  isAuthenticated: boolean;
  /** The commands since MULTI; undefined outside a transaction. */
  queued: (readonly string[])[] | undefined;
  isAborted = false;
  /** For each key that the client watches, its version at that time. */
  readonly watched = new Map<string, number>();
  readonly #reader = new ReplyReader();
  readonly #waiting: (readonly string[])[] = [];
  #blocked: Blocked | undefined;
  #leavesAt = 0;

  constructor(server: SimulatedServer, socket: MemorySocket, id: number) {
    this.server = server;
    this.socket = socket;
    this.id = id;
    this.isAuthenticated = server.password === undefined;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.once('close', () => this.#endBlocking());
  }

  get flags(): string {
    const isHeldBack = this.#waiting[0] !== undefined && isHeld(this.server, this.#waiting[0]);
    const isBlocked = this.#blocked !== undefined || isHeldBack;
    const flags = (isBlocked ? 'b' : '') + (this.channels.size > 0 ? 'P' : '');
    return flags === '' ? 'N' : flags;
  }

  blocksOn(keys: readonly string[]): boolean {
    return this.#blocked?.keys.some((key) => keys.includes(key)) === true;
  }

  /** Makes a command wait until one of the keys is written. If `seconds` is 0, it waits for ever. */
  block(command: readonly string[], keys: readonly string[], seconds: number): undefined {
    const { time } = this.server;
    const timer = seconds > 0 ? time.after(seconds * 1000, () => this.release()) : undefined;
    this.#blocked = { command, keys, timer };
  }

  /** Ends a blocking call with the reply for "no element"; returns false if there is none. */
  release(): boolean {
    if (this.#blocked === undefined) return false;
    this.#endBlocking();
    this.send(this.protocol === 3 ? '_\r\n' : noList);
    this.goOn();
    return true;
  }

  /** Runs the commands that are waiting, unless the server is frozen. */
  goOn(): void {
    if (this.#blocked !== undefined && !this.server.isFrozen) {
      const { command } = this.#blocked;
      this.#endBlocking();
      this.#waiting.unshift(command);
    }
    while (this.#blocked === undefined && !this.server.isFrozen) {
      const command = this.#waiting[0];
      if (command === undefined || isHeld(this.server, command)) return;
      this.#waiting.shift();
      const answer = answerTo(this, command);
      if (answer !== undefined) this.send(answer);
    }
  }

  deliver(channel: string, message: string): boolean {
    if (!this.channels.has(channel) || this.server.isFrozen) return false;
    this.send(this.packed(bulk('message'), bulk(channel), bulk(message)));
    return true;
  }

  packed(...items: readonly ReplyText[]): ReplyText {
    return this.protocol === 3 ? push(...items) : list(...items);
  }

  acknowledged(kind: string, name: string | undefined): ReplyText {
    return this.packed(bulk(kind), name === undefined ? nothing : bulk(name), integer(this.channels.size));
  }

  send(text: ReplyText): void {
    const { time, slowMs, trickleBytes } = this.server;
    const pieceBytes = trickleBytes ?? text.length;
    for (let at = 0; at < text.length; at += pieceBytes) {
      const now = time.now();
      this.#leavesAt = Math.max(this.#leavesAt + (trickleBytes === undefined ? 0 : 1), now + slowMs);
      const piece = text.slice(at, at + pieceBytes);
      if (this.#leavesAt <= now) this.#write(piece);
      else time.after(this.#leavesAt - now, () => this.#write(piece));
    }
  }

  #write(text: string): void {
    if (!this.socket.destroyed) this.socket.write(text);
  }

  #endBlocking(): void {
    if (this.#blocked?.timer !== undefined) this.server.time.clearTimeout(this.#blocked.timer);
    this.#blocked = undefined;
  }

  #read(chunk: Buffer): void {
    const { replies, failure } = this.#reader.push(chunk);
    for (const command of replies) if (Array.isArray(command)) this.#waiting.push(command.map(String));
    if (this.#blocked === undefined) this.goOn();
    if (failure !== undefined) this.socket.destroySoon();
  }
}
