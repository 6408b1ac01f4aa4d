import type { Settings } from '../options/settings.ts';

/** Weight of a new sample in the moving averages. */
const share = 0.1;
const toleratedRoundTrips = 10;
const leastToleratedRoundTrips = 1.5;

/**
 * Estimates the usual round-trip time and, from that, how long a connection may normally go without a reply: ten round
 * trips plus four deviations, but within a minimum and a maximum. For a distant server, this time may be longer than a
 * call can wait. The limit is then `usefulMs`, but at least one and a half round trips plus four deviations. Mean and
 * deviation are moving averages, as in TCP's own estimator (RFC 6298). A reply that arrives later than this limit
 * counts as if it had arrived exactly at the limit, so that one stall does not make the next stall harder to notice.
 */
export class RoundTrip {
  readonly #minLimitMs: number;
  readonly #maxLimitMs: number;
  readonly #usefulMs: number;
  #meanMs = 0;
  #deviationMs = 0;
  #samples = 0;

  constructor(minLimitMs: number, maxLimitMs: number, usefulMs = Infinity) {
    this.#minLimitMs = minLimitMs;
    this.#maxLimitMs = maxLimitMs;
    this.#usefulMs = usefulMs;
  }

  get meanMs(): number {
    return this.#meanMs;
  }

  /** The time by which a reply may be later than usual. */
  get toleratedDelayMs(): number {
    return 4 * this.#deviationMs;
  }

  /** The shortest time that `limitMs` can return. */
  get leastLimitMs(): number {
    return Math.min(this.#maxLimitMs, this.#minLimitMs);
  }

  /**
   * Call with the time that the server took to answer the handshake of a new socket. Until the first reply to a command
   * is observed, this time counts as the round trip, so that a distant server is not suspected at its first command. It
   * also counts if it exceeds the limit, because the new socket may lead to a server that is farther away.
   */
  begin(answeredInMs: number): void {
    if (this.#samples > 0 && answeredInMs <= this.limitMs()) return;
    this.#samples = 0;
    this.#meanMs = Math.min(answeredInMs, this.#maxLimitMs);
    // Less than for a reply, because a handshake that took long at a busy server must not hide the next stall.
    this.#deviationMs = this.#meanMs / 4;
  }

  observe(tookMs: number): void {
    const sampleMs = Math.min(tookMs, this.limitMs());
    this.#samples++;
    if (this.#samples === 1) {
      this.#meanMs = sampleMs;
      this.#deviationMs = sampleMs / 2;
      return;
    }
    const deviationMs = Math.abs(sampleMs - this.#meanMs);
    // The first deviation is only a guess, which would still count after twenty samples. A few that are alike disprove it.
    const weight = deviationMs < this.#deviationMs ? Math.max(share, 2 / (this.#samples + 1)) : share;
    this.#deviationMs += weight * (deviationMs - this.#deviationMs);
    this.#meanMs += share * (sampleMs - this.#meanMs);
  }

  /** Returns the number of milliseconds after which a missing reply is suspicious. */
  limitMs(): number {
    const usual = toleratedRoundTrips * this.#meanMs + 4 * this.#deviationMs;
    const least = leastToleratedRoundTrips * this.#meanMs + 4 * this.#deviationMs;
    const limit = Math.min(usual, Math.max(least, this.#usefulMs));
    return Math.min(this.#maxLimitMs, Math.max(this.#minLimitMs, limit));
  }
}

/** A dead connection is noticed within this share of a call's deadline, so that the rest is enough for a retry. */
const inTimeShare = 0.3;

/** Returns the `RoundTrip` for a connection on which the commands of callers are sent. */
export function roundTripOf({
  connection,
  timeoutMs,
}: Pick<Settings, 'connection' | 'timeoutMs'>): RoundTrip {
  return new RoundTrip(connection.minStallMs, connection.maxStallMs, inTimeShare * timeoutMs);
}
