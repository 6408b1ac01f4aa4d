import { OverloadedError, type Clock, type TimerHandle } from '@redis-resilience/core';

/** Bounds of a {@link LoaderBulkhead}. */
export interface BulkheadBounds {
  readonly maxConcurrentLoads: number;
  readonly maxQueuedLoads: number;
  /** A load that has not ended after this long is taken for dead, and its place is given away. */
  readonly abandonMs: number;
  /** Told when a load was taken for dead. */
  readonly onAbandon: () => void;
}

const notInTime = 'The load did not get its turn in time; it was not begun.';

interface Waiting {
  readonly run: () => void;
  readonly isWanted: () => boolean;
  readonly refuse: (error: Error) => void;
}

/**
 * So many loads at once and no more, whatever Redis does: the source of truth never sees more than its bound. Others
 * wait in their order; beyond the bound of the queue they are refused. A place is free when its load has really ended,
 * not when its caller lost patience.
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

  /** Loads that were asked for and not begun, so far. */
  get shed(): number {
    return this.#shed;
  }

  get hasRoom(): boolean {
    return this.#running < this.#bounds.maxConcurrentLoads && this.#waiting.length === 0;
  }

  /**
   * Runs the load in its turn. When nobody wants it any more at its turn, it is not begun.
   *
   * @throws {@link OverloadedError} when too many wait, or when nobody wanted it any more
   */
  run<T>(load: () => Promise<T>, isWanted: () => boolean): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = (): void => {
        this.#begin(load).then(resolve, reject);
      };
      if (this.hasRoom) run();
      else if (this.#canQueue()) this.#waiting.push({ run, isWanted, refuse: reject });
      else this.#refuse(reject, 'Too many loads wait already; this one was not begun. Shed load.');
    });
  }

  async #begin<T>(load: () => Promise<T>): Promise<T> {
    this.#running++;
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      this.#clock.clearTimeout(timer);
      this.#running--;
      this.#next();
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

  // Those that nobody wants any more make room for those that somebody does.
  #canQueue(): boolean {
    const { maxQueuedLoads } = this.#bounds;
    if (this.#waiting.length < maxQueuedLoads) return true;
    const wanted = this.#waiting.filter(({ isWanted }) => isWanted());
    const unwanted = this.#waiting.filter((each) => !wanted.includes(each));
    this.#waiting.splice(0, this.#waiting.length, ...wanted);
    for (const { refuse } of unwanted) this.#refuse(refuse, notInTime);
    return this.#waiting.length < maxQueuedLoads;
  }

  #next(): void {
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

/** The error of a load that was not begun, or not waited for. */
export function overloaded(message: string): OverloadedError {
  return new OverloadedError(message, { reason: 'overloaded', outcome: 'not-applied' });
}
