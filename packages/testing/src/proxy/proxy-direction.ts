import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { ProxyFaults } from './proxy-faults.ts';

/** Breaks the connection once `bytesLeft` more bytes have gone through this direction. */
export interface DirectionCut {
  bytesLeft: number;
  /**
   * Called when the last of these bytes is forwarded. Returns a function that breaks the connection. The proxy calls
   * that function once the receiver has had time to read the bytes.
   */
  readonly reached: () => () => void;
}

/**
 * One direction of one connection: forwards bytes from `source` to `sink`, in order, with the delays and limits in
 * `faults`.
 */
export class ProxyDirection {
  cut: DirectionCut | undefined;
  /** Rate limit for this connection alone; if undefined, the limit for all connections applies. */
  bytesPerSecond: number | undefined;
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #faults: ProxyFaults;
  readonly #queue: Parcel[] = [];
  #queuedBytes = 0;
  #silent = false;
  #sinkIsFull = false;
  #nextSliceAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(source: Socket, sink: Socket, faults: ProxyFaults) {
    this.#source = source;
    this.#sink = sink;
    this.#faults = faults;
    source.on('data', (bytes: Buffer) => {
      this.#take(bytes);
    });
    source.on('end', () => {
      this.#take(undefined);
    });
    sink.on('drain', () => {
      this.#sinkIsFull = false;
      this.#pump();
    });
  }

  /** Holds everything back from now on, including a FIN, so that the network path seems dead. */
  silence(): void {
    this.#silent = true;
    clearTimeout(this.#timer);
  }

  /** Forwards the bytes that were held back, as if the network path worked again. */
  revive(): void {
    this.#silent = false;
    this.#pump();
  }

  #take(bytes: Buffer | undefined): void {
    const lastDueAt = this.#queue.at(-1)?.dueAt ?? 0;
    this.#queue.push({ bytes, dueAt: Math.max(lastDueAt, performance.now() + this.#faults.delayMs()) });
    this.#queuedBytes += bytes?.length ?? 0;
    if (this.#queuedBytes > highWaterBytes) this.#source.pause();
    this.#pump();
  }

  #pump(): void {
    clearTimeout(this.#timer);
    for (let head = this.#queue[0]; head && !this.#silent && !this.#sinkIsFull; head = this.#queue[0]) {
      const waitMs = Math.max(head.dueAt, this.#nextSliceAt) - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => {
          this.#pump();
        }, Math.ceil(waitMs));
        return;
      }
      this.#queue.shift();
      if (head.bytes) this.#pass(head.bytes);
      else this.#sink.end();
    }
    if (this.#queuedBytes <= highWaterBytes) this.#source.resume();
  }

  #pass(bytes: Buffer): void {
    const { cut } = this;
    const slice = this.#faults.slice(this.bytesPerSecond);
    const part = bytes.subarray(0, Math.min(slice.bytes, cut?.bytesLeft ?? Infinity));
    const rest = bytes.subarray(part.length);
    if (rest.length > 0) this.#queue.unshift({ bytes: rest, dueAt: 0 });
    this.#queuedBytes -= part.length;
    if (slice.everyMs > 0) this.#nextSliceAt = performance.now() + slice.everyMs;
    if (cut) cut.bytesLeft -= part.length;
    const breakOff = cut?.bytesLeft === 0 ? this.#cutOff(cut) : undefined;
    this.#sinkIsFull = !this.#sink.destroyed && !this.#sink.write(part, breakOff);
  }

  #cutOff(cut: DirectionCut): () => void {
    this.cut = undefined;
    this.silence();
    const breakOff = cut.reached();
    return () => {
      setTimeout(breakOff, settleMs);
    };
  }
}

/** A chunk of bytes to forward, or a FIN if `bytes` is undefined. */
interface Parcel {
  readonly bytes: Buffer | undefined;
  readonly dueAt: number;
}

const highWaterBytes = 1024 * 1024;
// Milliseconds between the last bytes and the RST. If the bytes and the RST arrived at the same time, the peer might
// take the RST for a clean end, or never see the bytes.
const settleMs = 5;
