import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** What a socket takes that its peer has not read; more waits. */
const windowBytes = 64 * 1024;

/** The way from one end of a connection to the other. */
export interface Way {
  /** Bytes that were sent and are not read; those that were lost never are. */
  readonly unreadBytes: number;
  carry(chunk: Buffer): void;
  end(): void;
  reset(): void;
}

/**
 * One end of a connection that lies in memory: all that core uses of `net.Socket`, with Node's own streams beneath. What
 * is written travels to the other end in the time of its link.
 */
export class MemorySocket extends Duplex {
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Bytes taken for sending, and the calls in which they were given away: one each for what leaves together. */
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

  /** As code takes it that expects a socket of Node's. */
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
    // It is asked for more before what there was is taken.
    process.nextTick(this.#onRead);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#way.end();
    done(error);
  }

  /** The other end may have read what it was sent. */
  goOn(): void {
    if (this.#wait === undefined || this.#way.unreadBytes >= windowBytes) return;
    const done = this.#wait;
    this.#wait = undefined;
    done();
  }

  /** Hangs up without a farewell: the other end meets ECONNRESET. */
  resetAndDestroy(): void {
    this.#way.reset();
    this.destroy();
  }

  /** Closes when everything has left. */
  destroySoon(): void {
    this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  // What is set on a socket of the kernel means nothing here.
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
