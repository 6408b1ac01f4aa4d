import type { Socket } from 'node:net';
import { encodeCommand, PushReply, ReplyReader, type Reply } from '@redis-resilience/core/protocol';
import type { Deadline } from '../deadline.ts';

/**
 * Why a conversation ended before all replies had arrived. `not-redis`: the peer sent bytes that are no Redis reply.
 */
export type Ending =
  | { readonly kind: 'closed' }
  /**
   * The time limit was reached. `silentMs`: milliseconds since the peer last sent a byte, or since the commands were
   * sent, if the peer has sent nothing since then.
   */
  | { readonly kind: 'silent'; readonly silentMs: number }
  | { readonly kind: 'failed'; readonly code: string }
  | { readonly kind: 'not-redis' };

/** The replies to one batch of commands. */
export interface Round {
  readonly replies: readonly Reply[];
  /** Why some commands got no reply; undefined if every command got one. */
  readonly ending: Ending | undefined;
  readonly durationMs: number;
  /** The longest time without a byte from the peer, and how many replies had arrived before it. */
  readonly longestSilence: { readonly ms: number; readonly afterReplies: number };
}

const keptBytes = 512;

/** Sends commands over one socket and reads the replies. Failures are part of the result, not thrown. */
export class Conversation {
  readonly #socket: Socket;
  readonly #reader = new ReplyReader();
  readonly #replies: Reply[] = [];
  #ending: Ending | undefined;
  #heardBytes = 0;
  #firstBytes: Buffer = Buffer.alloc(0);
  #wake: (() => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      this.#end({ kind: 'failed', code: error.code ?? 'ERROR' }),
    );
    socket.on('end', () => this.#end({ kind: 'closed' }));
    socket.on('close', () => this.#end({ kind: 'closed' }));
    if (socket.destroyed) this.#ending = { kind: 'closed' };
  }

  /** The first bytes that the peer sent, at most 512. */
  get firstBytes(): Buffer {
    return this.#firstBytes;
  }

  get socket(): Socket {
    return this.#socket;
  }

  /**
   * Sends commands in one write. Waits until every command has a reply, the connection ends, or the deadline passes.
   */
  async ask(commands: readonly (readonly string[])[], deadline: Deadline): Promise<Round> {
    const startedAt = deadline.clock.now();
    let heardAt = startedAt;
    let longestSilence = { ms: 0, afterReplies: 0 };
    if (this.#ending === undefined) this.#socket.write(commands.map(encodeCommand).join(''));
    while (this.#replies.length < commands.length && this.#ending === undefined && !deadline.over) {
      const heardBytes = this.#heardBytes;
      const afterReplies = this.#replies.length;
      await this.#change(deadline.signal);
      const ms = deadline.clock.now() - heardAt;
      if (ms > longestSilence.ms) longestSilence = { ms, afterReplies };
      if (this.#heardBytes > heardBytes) heardAt = deadline.clock.now();
    }
    const replies = this.#replies.splice(0, commands.length);
    const isComplete = replies.length === commands.length;
    const now = deadline.clock.now();
    return {
      replies,
      ending: isComplete ? undefined : (this.#ending ?? { kind: 'silent', silentMs: now - heardAt }),
      durationMs: now - startedAt,
      longestSilence,
    };
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#heardBytes += chunk.length;
    if (this.#firstBytes.length < keptBytes) {
      this.#firstBytes = Buffer.concat([this.#firstBytes, chunk]).subarray(0, keptBytes);
    }
    const { replies, failure } = this.#reader.push(chunk);
    for (const reply of replies) if (!(reply instanceof PushReply)) this.#replies.push(reply);
    if (failure !== undefined) this.#end({ kind: 'not-redis' });
    this.#wake?.();
  }

  #end(ending: Ending): void {
    this.#ending ??= ending;
    this.#wake?.();
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = wake;
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
