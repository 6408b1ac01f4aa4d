import { ReplyReader } from '../../../packages/core/src/replies/reply-reader.ts';
import type { FakeServer } from './fake-server.ts';
import type { MemorySocket } from './memory-socket.ts';
import { noList, type ReplyText } from './reply-text.ts';
import { answerTo, isHeld } from './server-commands.ts';
import { ServerSubscriptions } from './server-subscriptions.ts';

/** One client of a {@link FakeServer}, from the server's point of view; its commands run one after the other. */
export class ServerClient {
  readonly server: FakeServer;
  readonly socket: MemorySocket;
  readonly id: number;
  readonly subscriptions: ServerSubscriptions;
  database = 0;
  protocol: 2 | 3 = 2;
  isAuthenticated: boolean;
  /** If set, the server's replies reach the client in small pieces, as over a slow path. */
  trickle: { readonly bytes: number; readonly everyMs: number } | undefined;
  readonly #reader = new ReplyReader();
  readonly #waiting: (readonly string[])[] = [];
  /** The key for which a blocking command waits; `held-writes` if CLIENT PAUSE holds back the client's writes. */
  #blockedBy: { readonly key: string } | 'held-writes' | undefined;
  #isFrozen = false;
  #leavesAt = 0;

  constructor(server: FakeServer, socket: MemorySocket, id: number) {
    this.server = server;
    this.socket = socket;
    this.id = id;
    this.isAuthenticated = server.password === undefined;
    this.subscriptions = new ServerSubscriptions(this);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  /** The flags of the client, as CLIENT LIST shows them: one letter for each. */
  get flags(): string {
    const flags = (this.#blockedBy === undefined ? '' : 'b') + (this.subscriptions.count > 0 ? 'P' : '');
    return flags === '' ? 'N' : flags;
  }

  waitsFor(key: string): boolean {
    return typeof this.#blockedBy === 'object' && this.#blockedBy.key === key;
  }

  freeze(): void {
    this.#isFrozen = true;
    this.socket.pause();
  }

  thaw(): void {
    this.#isFrozen = false;
    this.#run();
    this.socket.resume();
  }

  /** Makes the client wait for an element of this key. */
  block(key: string): undefined {
    this.#blockedBy = { key };
  }

  /** Ends a blocking call, by default with the reply for "no element". Returns false if the client is not blocked. */
  release(answer: ReplyText = noList): boolean {
    if (typeof this.#blockedBy !== 'object') return false;
    this.#blockedBy = undefined;
    this.send(answer);
    this.#run();
    return true;
  }

  /** Runs the writes that CLIENT PAUSE has held back. */
  releaseWrites(): void {
    if (this.#blockedBy !== 'held-writes') return;
    this.#blockedBy = undefined;
    this.#run();
  }

  send(text: ReplyText): void {
    const { trickle } = this;
    const { clock } = this.server;
    if (trickle === undefined) {
      this.#write(text);
      return;
    }
    for (let at = 0; at < text.length; at += trickle.bytes) {
      this.#leavesAt = Math.max(this.#leavesAt + trickle.everyMs, clock.now());
      clock.setTimeout(() => this.#write(text.slice(at, at + trickle.bytes)), this.#leavesAt - clock.now());
    }
  }

  #write(text: string): void {
    if (!this.socket.destroyed) this.socket.write(text);
  }

  #read(chunk: Buffer): void {
    const { replies, failure } = this.#reader.push(chunk);
    for (const command of replies) if (Array.isArray(command)) this.#waiting.push(command.map(String));
    this.#run();
    if (failure !== undefined) this.socket.destroySoon();
  }

  #run(): void {
    while (this.#blockedBy === undefined && !this.#isFrozen) {
      const command = this.#waiting[0];
      if (command === undefined) return;
      if (isHeld(this.server, command)) {
        this.#blockedBy = 'held-writes';
        return;
      }
      this.#waiting.shift();
      const answer = answerTo(this, command);
      if (answer !== undefined) this.send(answer);
    }
  }
}
