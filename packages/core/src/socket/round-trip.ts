/** Weight of a new sample in the moving averages. */
const share = 0.1;
const toleratedRoundTrips = 10;

/**
 * Estimates the usual round-trip time and, from that, how long a connection may normally go without a reply: ten round
 * trips plus four deviations, but within a minimum and a maximum. Mean and deviation are moving averages, as in TCP's
 * own estimator (RFC 6298). A reply that arrives later than this limit counts as if it had arrived exactly at the
 * limit, so that one stall does not make the next stall harder to notice.
 */
export class RoundTrip {
  readonly #minLimitMs: number;
  readonly #maxLimitMs: number;
  #meanMs = 0;
  #deviationMs = 0;
  #isEmpty = true;

  constructor(minLimitMs: number, maxLimitMs: number) {
    this.#minLimitMs = minLimitMs;
    this.#maxLimitMs = maxLimitMs;
  }

  get meanMs(): number {
    return this.#meanMs;
  }

  /** The shortest time that `limitMs` can return. */
  get leastLimitMs(): number {
    return Math.min(this.#maxLimitMs, this.#minLimitMs);
  }

  observe(tookMs: number): void {
    const sampleMs = Math.min(tookMs, this.limitMs());
    if (this.#isEmpty) {
      this.#isEmpty = false;
      this.#meanMs = sampleMs;
      this.#deviationMs = sampleMs / 2;
      return;
    }
    this.#deviationMs += share * (Math.abs(sampleMs - this.#meanMs) - this.#deviationMs);
    this.#meanMs += share * (sampleMs - this.#meanMs);
  }

  /** Returns the number of milliseconds after which a missing reply is suspicious. */
  limitMs(): number {
    const limit = toleratedRoundTrips * this.#meanMs + 4 * this.#deviationMs;
    return Math.min(this.#maxLimitMs, Math.max(this.#minLimitMs, limit));
  }
}
