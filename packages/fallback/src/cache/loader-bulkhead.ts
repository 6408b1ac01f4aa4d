import { OverloadedError, type Clock, type TimerHandle } from '@redis-resilience/core';

/** Limits of a {@link LoaderBulkhead}. */
export interface BulkheadBounds {
  readonly maxConcurrentLoads: number;
  readonly maxQueuedLoads: number;
  /** After how many milliseconds a running load is considered dead, so that another load may start in its place. */
  readonly abandonMs: number;
  /** Called when a load is considered dead. */
  readonly onAbandon: () => void;
}

const notInTime = 'The load did not get a place in time; it was not started.';

interface Waiting {
  readonly run: () => void;
  readonly isWanted: () => boolean;
  readonly refuse: (error: Error) => void;
}

/**
 * Limits how many loads run concurrently, whether or not Redis is available. Further loads wait in a queue, in order;
 * when the queue is full, they are rejected. A load keeps its slot until it has settled, even if its callers have
 * stopped waiting.
 */
export class LoaderBulkhead {
  readonly #clock: Clock;
  readonly #bounds: BulkheadBounds;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #shed = 0;

  constructor(clock: Clock, bounds: BulkheadBounds) {
    this.#clock = clock;
    this.#bounds = bounds;
  }

  get running(): number {
    return this.#running;
  }

  get queued(): number {
    return this.#waiting.length;
  }

  /** Number of loads that were requested but never started. */
  get shed(): number {
    return this.#shed;
  }

  get hasRoom(): boolean {
    return this.#running < this.#bounds.maxConcurrentLoads && this.#waiting.length === 0;
  }

  /**
   * Runs the load as soon as a slot is free, unless `isWanted` says that no caller needs the load any more.
   *
   * @throws {@link OverloadedError} when the queue is full, or no caller needs the load any more
   */
  run<T>(load: () => Promise<T>, isWanted: () => boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = (): void => {
        this.#start(load).then(resolve, reject);
      };
      if (this.hasRoom) run();
      else if (this.#canQueue()) this.#waiting.push({ run, isWanted, refuse: reject });
      else
        this.#refuse(reject, 'Too many loads are waiting; this one was not started. Admit fewer requests.');
    });
  }

  async #start<T>(load: () => Promise<T>): Promise<T> {
    this.#running++;
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      this.#clock.clearTimeout(timer);
      this.#running--;
      this.#startNext();
    };
    const timer: TimerHandle = this.#clock.setTimeout(() => {
      release();
      this.#bounds.onAbandon();
    }, this.#bounds.abandonMs);
    timer.unref?.();
    try {
      return await load();
    } finally {
      release();
    }
  }

  // Whether another load can be queued. If the queue is full, first rejects the queued loads that no caller needs any
  // more.
  #canQueue(): boolean {
    const { maxQueuedLoads } = this.#bounds;
    if (this.#waiting.length < maxQueuedLoads) return true;
    const wanted = this.#waiting.filter(({ isWanted }) => isWanted());
    const unwanted = this.#waiting.filter((each) => !wanted.includes(each));
    this.#waiting.splice(0, this.#waiting.length, ...wanted);
    for (const { refuse } of unwanted) this.#refuse(refuse, notInTime);
    return this.#waiting.length < maxQueuedLoads;
  }

  #startNext(): void {
    while (this.#running < this.#bounds.maxConcurrentLoads) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      if (next.isWanted()) next.run();
      else this.#refuse(next.refuse, notInTime);
    }
  }

  #refuse(refuse: (error: Error) => void, message: string): void {
    this.#shed++;
    refuse(overloaded(message));
  }
}

/** Creates the error for a load that was not started, or for which the caller has stopped waiting. */
export function overloaded(message: string): OverloadedError {
  return new OverloadedError(message, { reason: 'overloaded', outcome: 'not-applied' });
}
