import { OverloadedError, type Clock, type TimerHandle } from '@redis-resilience/core';

/** Bounds of a {@link LoaderBulkhead}. */
export interface BulkheadBounds {
  readonly maxConcurrentLoads: number;
  readonly maxQueuedLoads: number;
  /** A load that runs longer than this is taken for dead, and its place is given away. */
  readonly abandonMs: number;
  /** Called when a load was taken for dead. */
  readonly onAbandon: () => void;
}

const notInTime = 'The load did not get a place in time; it was not started.';

interface Waiting {
  readonly run: () => void;
  readonly isWanted: () => boolean;
  readonly refuse: (error: Error) => void;
}

/**
 * Bounds how many loads run at once, whatever Redis does. Other loads wait in order; when the queue is full, they are
 * refused. A place becomes free when its load has ended, not when its callers stopped waiting.
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

  /** Loads that were asked for and not started, so far. */
  get shed(): number {
    return this.#shed;
  }

  get hasRoom(): boolean {
    return this.#running < this.#bounds.maxConcurrentLoads && this.#waiting.length === 0;
  }

  /**
   * Runs the load as soon as there is a place, if it is still wanted then.
   *
   * @throws {@link OverloadedError} when the queue is full, or the load was no longer wanted
   */
  run<T>(load: () => Promise<T>, isWanted: () => boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = (): void => {
        this.#start(load).then(resolve, reject);
      };
      if (this.hasRoom) run();
      else if (this.#canQueue()) this.#waiting.push({ run, isWanted, refuse: reject });
      else this.#refuse(reject, 'Too many loads are waiting; this one was not started. Shed load.');
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

  // Loads that are no longer wanted make room in a full queue.
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

/** The error of a load that was not started, or not waited for any longer. */
export function overloaded(message: string): OverloadedError {
  return new OverloadedError(message, { reason: 'overloaded', outcome: 'not-applied' });
}
