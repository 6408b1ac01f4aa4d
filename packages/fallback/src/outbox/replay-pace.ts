import type { Clock } from '@redis-resilience/core';

/** Limits of a {@link ReplayPace}. */
export interface PaceBounds {
  readonly perSecond: number;
  readonly rampMs: number;
}

const firstShare = 0.1;
const burstMs = 50;

/**
 * Limits the replay rate: it starts at a tenth of the full rate and reaches the full rate at the end of the ramp, so
 * that the backlog does not overload a server that has just come back.
 */
export class ReplayPace {
  readonly #clock: Clock;
  readonly #bounds: PaceBounds;
  #rampFrom: number;
  #countedAt: number;
  #tokens = 1;

  constructor(clock: Clock, bounds: PaceBounds) {
    this.#clock = clock;
    this.#bounds = bounds;
    this.#rampFrom = this.#countedAt = clock.now();
  }

  /** Call when Redis has come back: the replay rate starts again at a tenth of the full rate. */
  restart(): void {
    this.#rampFrom = this.#countedAt = this.#clock.now();
    this.#tokens = 1;
  }

  /** Acquires permission to send one write; returns false if it is too early. */
  take(): boolean {
    const now = this.#clock.now();
    const rate = this.#rate(now);
    const burst = Math.max(1, (rate * burstMs) / 1000);
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#countedAt) * rate) / 1000);
    this.#countedAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** Milliseconds until the next write may be sent. */
  waitMs(): number {
    return Math.max(1, Math.ceil(((1 - this.#tokens) * 1000) / this.#rate(this.#clock.now())));
  }

  #rate(now: number): number {
    const { perSecond, rampMs } = this.#bounds;
    const share = rampMs === 0 ? 1 : (now - this.#rampFrom) / rampMs;
    return Math.max(1, perSecond * Math.min(1, Math.max(firstShare, share)));
  }
}
