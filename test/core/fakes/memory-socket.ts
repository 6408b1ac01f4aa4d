import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Number of bytes that a socket accepts before its peer has read any; a write of more waits. */
const windowBytes = 64 * 1024;

/** One direction of a connection. */
export interface Way {
  /** Number of bytes that were sent but not read yet; bytes that were lost count as unread. */
  readonly unreadBytes: number;
  carry(chunk: Buffer): void;
  end(): void;
  reset(): void;
}

/**
 * One end of a connection in memory: the part of `net.Socket` that core uses, on top of Node's own streams. Data that
 * is written arrives at the other end after the latency of the link.
 */
export class MemorySocket extends Duplex {
  readonly remoteAddress: string;
  readonly remotePort: number;
  /**
   * Number of bytes accepted for sending, and number of writes to the kernel: data that was gathered with
   * `cork` counts as one write.
   */
  bytesWritten = 0;
  writes = 0;
  readonly #way: Way;
  readonly #onRead: () => void;
  #wait: (() => void) | undefined;

  constructor(way: Way, remote: { readonly host: string; readonly port: number }, onRead: () => void) {
    super({ allowHalfOpen: false, readableHighWaterMark: windowBytes, writableHighWaterMark: windowBytes });
    this.#way = way;
    this.#onRead = onRead;
    this.remoteAddress = remote.host;
    this.remotePort = remote.port;
  }

  /** The socket, for code that expects a `net.Socket`. */
  get asSocket(): Socket {
    return this as unknown as Socket;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#give(chunk, done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.#give(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: () => void): void {
    this.#way.end();
    done();
  }

  override _read(): void {
    // Node calls `_read` before the reader has taken the buffered data, so the peer may continue to write only in the
    // next tick.
    process.nextTick(this.#onRead);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#way.end();
    done(error);
  }

  /** Must be called when the peer may have read data; lets a waiting write continue. */
  goOn(): void {
    if (this.#wait === undefined || this.#way.unreadBytes >= windowBytes) return;
    const done = this.#wait;
    this.#wait = undefined;
    done();
  }

  /** Breaks the connection without a FIN: the peer gets ECONNRESET. */
  resetAndDestroy(): void {
    this.#way.reset();
    this.destroy();
  }

  /** Closes the socket when all data has been sent. */
  destroySoon(): void {
    this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  // Options of the kernel have no effect on a socket in memory.
  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  #give(bytes: Buffer, done: () => void): void {
    this.bytesWritten += bytes.length;
    this.writes++;
    this.#way.carry(bytes);
    this.#wait = done;
    this.goOn();
  }
}
