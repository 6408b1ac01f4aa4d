const lumpMs = 50;

/**
 * Counts consecutive failures. Failures that follow a counted one within 50 ms are not counted, so that 100 commands of
 * a pipeline that fail together count once.
 */
export class FailureStreak {
  #events = 0;
  #lumpStartedAt = 0;

  /** Records a failure, and returns the number of failures counted since the last `reset`. */
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
