const lumpMs = 50;

/**
 * Counts failures in a row. All failures within 50 ms of the first of them are one event, so that a pipeline of 100
 * commands that fails at once counts once. (Semian calls this the lumping interval.)
 */
export class FailureStreak {
  #events = 0;
  #lumpStartedAt = 0;

  /** Adds a failure and returns the number of events in a row. */
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
