import type { Socket } from 'node:net';
import { systemClock, type Clock } from '../clock.ts';
import type { CommandSink } from '../driver/command-sink.ts';
import { afterReads } from '../event-loop/after-reads.ts';
import type { ProcessStallDetector } from '../event-loop/process-stall-detector.ts';
import { runNext } from '../event-loop/soon.ts';
import { stallDetectorOf } from '../event-loop/thaw-watches.ts';
import type { Listener } from '../listener.ts';
import { appendCommand, blockWith, maxCopiedBytes, mostBytesOf, type CommandBlock } from './command-block.ts';
import { replaceWrites, type OwnWrites, type WritesReceiver } from './replaced-writes.ts';
import type { WritesNews } from './writes-news.ts';

// Longer strings are written separately, because joining them would copy them once more.
const joinBelowLength = 16 * 1024;
/**
 * Approximate limit, in characters, for the text that is joined while the kernel's buffer is full. It is far below the
 * longest string that Node can make, of about 2 ** 29 characters.
 */
const maxTextLength = 2 ** 24;

/**
 * Bounds for `#enough`. As soon as `#enough` bytes have been gathered, they are written without waiting for the current
 * turn of the event loop to end.
 */
const minEnough = 1500;
const maxEnough = 16_000;

const flushing = { kind: 'flush' } as const;

/**
 * Gathers the bytes written to a socket during one turn of the event loop, and sends them with one system call, or a
 * few if there are many. The order of the bytes is preserved. Buffers and long strings are never copied. While the
 * kernel's buffer is full, this object keeps the bytes.
 */
export class CoalescedWrites implements CommandSink, WritesReceiver {
  readonly #socket: Socket;
  /** The socket's own methods, which this object replaces. */
  readonly #write: OwnWrites['write'];
  readonly #end: OwnWrites['end'];
  readonly #listener: Listener<WritesNews>;
  readonly #stallDetector: ProcessStallDetector;
  #parts: (string | Uint8Array)[] = [];
  /** The output that is still growing: either text, or a range in the block into which commands are encoded. */
  #text = '';
  #block: CommandBlock | undefined;
  #from = 0;
  #to = 0;
  #isScheduled = false;
  /** Whether the bytes wait until the socket has been read. */
  #isHeld = false;
  /** Number of bytes that have been gathered but not written yet. */
  #gathered = 0;
  /** Number of writes since bytes were last read from the socket, and their total length. */
  #writes = 0;
  #written = 0;
  /**
   * Whether there was only one write between the last two reads: the caller probably sends its commands one at a time.
   */
  #isSolo = false;
  #enough = minEnough;
  #isBlocked = false;

  /** Replaces the socket's `write` and `end` methods. */
  constructor(socket: Socket, listener: Listener<WritesNews>, clock: Clock) {
    this.#socket = socket;
    this.#listener = listener;
    this.#stallDetector = stallDetectorOf(clock);
    const own = replaceWrites(socket, this);
    this.#write = own.write;
    this.#end = own.end;
  }

  /** Whether the kernel's buffer is full, or the writes are paused. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** Call when bytes have been read. The size of the writes since the last read determines `#enough`. */
  noteRead(): void {
    this.#isSolo = this.#writes === 1;
    this.#enough = Math.min(maxEnough, Math.max(minEnough, this.#written / 2));
    this.#writes = 0;
    this.#written = 0;
  }

  write(chunk: string | Uint8Array): void {
    if (this.#to > this.#from) this.#endStretch();
    if (typeof chunk === 'string' && chunk.length < joinBelowLength && this.#text.length < maxTextLength) {
      this.#text += chunk;
      this.#gathered += chunk.length;
    } else {
      if (this.#text !== '') this.#parts.push(this.#text);
      this.#text = '';
      this.#parts.push(chunk);
    }
    this.#added(chunk.length);
  }

  writeCommand(name: string, args: readonly unknown[], isOneOfSeveral = false): boolean {
    // Copying pays only if several commands share a write: a single one is written faster as text.
    if (this.#isSolo && this.#writes === 0 && !isOneOfSeveral) return false;
    const most = mostBytesOf(name, args);
    if (most > maxCopiedBytes) return false;
    const block = blockWith(most);
    const { end } = block;
    if (block !== this.#block || end !== this.#to) {
      if (this.#to > this.#from) this.#endStretch();
      this.#block = block;
      this.#from = end;
    }
    if (this.#text !== '') {
      this.#parts.push(this.#text);
      this.#text = '';
    }
    appendCommand(block, name, args);
    this.#to = block.end;
    this.#gathered += block.end - end;
    this.#added(block.end - end, isOneOfSeveral);
    return true;
  }

  #added(length: number, isOneOfSeveral = false): void {
    this.#written += length;
    // If the caller seems to send one command at a time, the command is written now: no other is likely to join it. If
    // there are many commands, the first half is written early, so that the server can start while the rest is being
    // encoded.
    const isAlone = ++this.#writes === 1 && this.#isSolo && !isOneOfSeveral;
    if (isAlone || this.#gathered >= this.#enough) this.#flushSoon();
    else if (!this.#isScheduled) {
      this.#isScheduled = true;
      runNext(flush, this);
    }
  }

  #endStretch(): void {
    this.#parts.push(this.#stretch());
  }

  #stretch(): Uint8Array {
    const { bytes } = this.#block as CommandBlock;
    const stretch = bytes.subarray(this.#from, this.#to);
    this.#from = this.#to;
    // The reference to the block is dropped because an idle connection would otherwise keep a whole block alive, most
    // of which other connections have filled.
    this.#block = undefined;
    return stretch;
  }

  /** Writes immediately, behind all bytes that have been gathered. `rest` are further arguments of `Socket.write`. */
  writeNow(chunk: string | Uint8Array, rest: readonly unknown[]): boolean {
    this.#flushNow();
    return this.#write.call(this.#socket, chunk, ...rest);
  }

  end(args: readonly unknown[]): Socket {
    // A pipeline that has just been issued is complete only then, and is to be written as well.
    if (this.#isBlocked) runNext(() => this.#endNow(args));
    else this.#endNow(args);
    return this.#socket;
  }

  #endNow(args: readonly unknown[]): void {
    // A peer that has ended the connection does not read the bytes any more.
    if (!this.#socket.readableEnded) {
      this.#listener.onNews({ kind: 'ending', socket: this.#socket });
      this.#flushNow();
    }
    this.#end.call(this.#socket, ...args);
  }

  /** Called at the end of a turn of the event loop in which bytes were gathered. */
  flush(): void {
    this.#isScheduled = false;
    this.#flushSoon();
  }

  // If the peer closed the connection while this process stood still, commands that are written before the process
  // notices it have an unknown outcome.
  #flushSoon(): void {
    if (this.#isHeld) return;
    if (!this.#stallDetector.isBehind) return this.#flushNow();
    this.#isHeld = true;
    // Sockets are read in real time, whatever the clock.
    afterReads(systemClock, () => {
      this.#isHeld = false;
      this.#flushNow();
    });
  }

  #flushNow(): void {
    const socket = this.#socket;
    if (this.#isBlocked || socket.destroyed || socket.writableEnded) return;
    const parts = this.#parts;
    if (parts.length === 0) {
      const hasStretch = this.#to > this.#from;
      if (!hasStretch && this.#text === '') return;
      this.#listener.onNews(flushing);
      this.#gathered = 0;
      const part = hasStretch ? this.#stretch() : this.#text;
      this.#text = '';
      if (!this.#write.call(socket, part)) this.#waitForDrain();
      return;
    }
    this.#listener.onNews(flushing);
    if (this.#to > this.#from) this.#endStretch();
    else if (this.#text !== '') parts.push(this.#text);
    this.#parts = [];
    this.#text = '';
    this.#gathered = 0;
    socket.cork();
    let hasRoom = true;
    for (const part of parts) hasRoom = this.#write.call(socket, part);
    socket.uncork();
    if (!hasRoom) this.#waitForDrain();
  }

  #tellRoom(): void {
    this.#listener.onNews({ kind: 'room-changed', socket: this.#socket });
  }

  #waitForDrain(): void {
    this.#isBlocked = true;
    this.#tellRoom();
    this.#socket.once('drain', () => this.resume());
  }

  pause(): void {
    this.#flushNow();
    this.#isBlocked = true;
    this.#tellRoom();
  }

  resume(): void {
    this.#isBlocked = false;
    this.#flushNow();
    if (!this.#isBlocked) this.#tellRoom();
  }
}

function flush(writes: CoalescedWrites): void {
  writes.flush();
}
