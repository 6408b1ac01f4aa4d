import type { Clock } from '../clock.ts';
import type { Flush, Flushes } from '../event-loop/flush.ts';

/** The flushes of a cluster client. A command counts as sent when it is handed to the driver, which picks the node. */
export class ClusterFlushes {
  readonly #flushes: Flushes;
  readonly #clock: Clock;
  #current: Flush | undefined;
  /** When bytes were last read from, and written to, any node, in monotonic milliseconds. */
  lastReadAt = 0;
  lastWriteAt = 0;

  constructor(flushes: Flushes, clock: Clock) {
    this.#flushes = flushes;
    this.#clock = clock;
  }

  currentFlush(): Flush {
    if (this.#current !== undefined) return this.#current;
    const flush = this.#flushes.begin(this.#clock.now());
    this.#current = flush;
    process.nextTick(() => {
      this.#current = undefined;
    });
    return flush;
  }
}
