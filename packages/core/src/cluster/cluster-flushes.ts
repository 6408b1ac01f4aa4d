import type { Clock } from '../clock.ts';
import type { Flush, Flushes } from '../event-loop/flush.ts';
import { runNext } from '../event-loop/soon.ts';

/**
 * Records when a cluster client's commands are sent. A command counts as sent when it is handed to the driver, because
 * the driver picks the node.
 */
export class ClusterFlushes {
  readonly #flushes: Flushes;
  readonly #clock: Clock;
  #current: Flush | undefined;
  #lastReadAt = 0;
  #lastWriteAt = 0;

  constructor(flushes: Flushes, clock: Clock) {
    this.#flushes = flushes;
    this.#clock = clock;
  }

  /** When bytes were last read from any node, in monotonic milliseconds; 0 if no bytes have been read yet. */
  get lastReadAt(): number {
    return this.#lastReadAt;
  }

  /** When bytes were last written to any node, in monotonic milliseconds; 0 if no bytes have been written yet. */
  get lastWriteAt(): number {
    return this.#lastWriteAt;
  }

  /** Call when bytes were read from a node. */
  noteRead(at: number): void {
    this.#lastReadAt = at;
  }

  /** Call when bytes were written to a node. */
  noteWrite(at: number): void {
    this.#lastWriteAt = at;
  }

  currentFlush(): Flush {
    if (this.#current !== undefined) return this.#current;
    const flush = this.#flushes.begin(this.#clock.now(), 'calls');
    this.#current = flush;
    runNext(() => {
      this.#current = undefined;
    });
    return flush;
  }
}
