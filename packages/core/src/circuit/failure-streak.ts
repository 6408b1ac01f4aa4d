const lumpMs = 50;

/**
 * Counts consecutive failures. All failures within 50 ms of the first one are one event, so that a pipeline of 100
 * commands that fail together counts once. (Semian calls this the lumping interval.)
 */
export class FailureStreak {
  #events = 0;
  #lumpStartedAt = 0;

  /** Adds a failure and returns the number of consecutive events. */
  add(now: number): number {
    if (this.#events === 0 || now - this.#lumpStartedAt >= lumpMs) {
      this.#events++;
      this.#lumpStartedAt = now;
    }
    return this.#events;
  }

  reset(): void {
    this.#events = 0;
  }
}
