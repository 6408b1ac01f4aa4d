import type { Clock } from '@redis-resilience/core';

/** A time limit that several steps share, with the time that is left and a signal that aborts when no time is left. */
export class Deadline {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly #endsAt: number;
  readonly #release: () => void;

  constructor(clock: Clock, ms: number, parent?: AbortSignal) {
    const controller = new AbortController();
    let isReleased = false;
    const onAbort = (): void => controller.abort();
    const onTime = (): void => {
      if (!isReleased) onAbort();
    };
    // After the event loop was blocked, timers run before sockets are read. The two `setImmediate` calls let Node read
    // the replies that have already arrived, before the limit ends the wait for them.
    const afterReads = (): void => clock.setImmediate(() => clock.setImmediate(onTime));
    const timer = clock.setTimeout(afterReads, Math.max(0, ms));
    if (parent?.aborted) controller.abort();
    else parent?.addEventListener('abort', onAbort, { once: true });
    this.clock = clock;
    this.signal = controller.signal;
    this.#endsAt = clock.now() + ms;
    this.#release = () => {
      isReleased = true;
      clock.clearTimeout(timer);
      parent?.removeEventListener('abort', onAbort);
    };
  }

  get over(): boolean {
    return this.signal.aborted;
  }

  get leftMs(): number {
    return Math.max(0, this.#endsAt - this.clock.now());
  }

  /**
   * Returns a deadline for one step, which is never later than this deadline. Call `release` on the returned deadline
   * when the step is done.
   */
  within(ms: number): Deadline {
    return new Deadline(this.clock, Math.min(ms, this.leftMs), this.signal);
  }

  /**
   * Resolves with the result of `work`, or with `otherwise` if the time runs out first. The work goes on even if the
   * time runs out.
   */
  async race<T, U>(work: Promise<T>, otherwise: U): Promise<T | U> {
    if (this.over) return otherwise;
    let onAbort: (() => void) | undefined;
    const over = new Promise<U>((resolve) => {
      onAbort = () => resolve(otherwise);
      this.signal.addEventListener('abort', onAbort, { once: true });
    });
    try {
      return await Promise.race([work, over]);
    } finally {
      if (onAbort) this.signal.removeEventListener('abort', onAbort);
      work.catch(() => undefined);
    }
  }

  release(): void {
    this.#release();
  }
}
